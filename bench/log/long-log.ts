import { link, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { DuckDB } from '@stockout/features';
import { openStorage } from '@stockout/storage';
import type { Action, AddFile } from '../../pipeline/src/tables/actions.ts';
import { CHECKPOINT_INTERVAL, writeCheckpoint } from '../../pipeline/src/tables/checkpoint.ts';
import { type TableLocation, checkpointKey, commitKey } from '../../pipeline/src/tables/log.ts';
import { emptyState, replay } from '../../pipeline/src/tables/replay.ts';

const FIELDS = ['store_id', 'product_id', 'date', 'daily_sales'].map((name) => ({
  name,
  type: name === 'date' ? 'date' : name === 'daily_sales' ? 'double' : 'string',
  nullable: true,
  metadata: {},
}));

/**
 * A table in a folder whose first commit adds so many files (which are not there: a log is all that is read) and whose
 * other commits change nothing, as an OPTIMIZE that finds nothing to do. So every checkpoint says the same, and one that
 * our writer makes stands under all their names.
 */
export async function makeLongLog(
  db: DuckDB,
  folder: string,
  { files, commits }: { files: number; commits: number },
): Promise<TableLocation> {
  const location = { storage: openStorage(pathToFileURL(folder).href), path: '', name: folder };
  await mkdir(join(folder, '_delta_log'), { recursive: true });
  const first = firstCommit(files);
  const nothing = lines([{ commitInfo: commitInfo('OPTIMIZE') }]);
  for (let version = 0; version < commits; version++) {
    await writeFile(join(folder, commitKey(location, version)), version === 0 ? lines(first) : nothing);
  }
  const last = Math.floor((commits - 1) / CHECKPOINT_INTERVAL) * CHECKPOINT_INTERVAL;
  await writeCheckpoint(db, location, last, replay(emptyState(), first), Date.now());
  for (let version = CHECKPOINT_INTERVAL; version < last; version += CHECKPOINT_INTERVAL) {
    await link(join(folder, checkpointKey(location, last)), join(folder, checkpointKey(location, version)));
  }
  return location;
}

function firstCommit(files: number): Action[] {
  const metaData = {
    id: '5c1f0a52-6f0e-4b0e-9b1c-2f6f2d0c7a11',
    format: { provider: 'parquet', options: {} },
    schemaString: JSON.stringify({ type: 'struct', fields: FIELDS }),
    partitionColumns: [],
    configuration: {},
    createdTime: Date.now(),
  };
  return [
    { commitInfo: commitInfo('WRITE') },
    { protocol: { minReaderVersion: 1, minWriterVersion: 2 } },
    { metaData },
    ...Array.from({ length: files }, (_, i) => ({ add: addOf(i) })),
  ];
}

/** As a table of sales has them: bounds of each column. */
function addOf(index: number): AddFile {
  const digits = String(index).padStart(12, '0');
  const day = new Date(Date.UTC(2020, 0, 1 + (index % 2000))).toISOString().slice(0, 10);
  const bounds = (store: string, product: string, sales: number) => ({
    store_id: store,
    product_id: product,
    date: day,
    daily_sales: sales,
  });
  const stats = {
    numRecords: 1000 + index,
    minValues: bounds('S1', 'P1', 0),
    maxValues: bounds('S99', 'P999', index / 7),
    nullCount: { store_id: 0, product_id: 0, date: 0, daily_sales: 0 },
  };
  return {
    path: `part-00000-5c1f0a52-6f0e-4b0e-9b1c-${digits}-c000.zstd.parquet`,
    partitionValues: {},
    size: 100_000 + index,
    modificationTime: Date.now(),
    dataChange: true,
    stats: JSON.stringify(stats),
  };
}

function commitInfo(operation: string): NonNullable<Action['commitInfo']> {
  return {
    timestamp: Date.now(),
    operation,
    operationParameters: { mode: 'Append' },
    isBlindAppend: true,
    engineInfo: 'bench',
    txnId: '9f0c2f8e-1d57-4f7d-8d9c-6f6f4c1f0c55',
  };
}

function lines(actions: readonly Action[]): string {
  return actions.map((action) => `${JSON.stringify(action)}\n`).join('');
}
