import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DuckDB, quoteIdentifier, quoteLiteral } from '@stockout/features';
import type { Action } from './actions.ts';
import { FILE_RETENTION, intervalMilliseconds } from './interval.ts';
import { LAST_CHECKPOINT, type TableLocation, checkpointKey, keyIn } from './log.ts';
import type { TableState } from './replay.ts';

/** A reader never replays more commits than this. */
export const CHECKPOINT_INTERVAL = 10;

/** Of a table that says nothing: tombstones younger than this stay in checkpoints. */
const TOMBSTONE_RETENTION = 'interval 1 week';

const MAP = 'MAP(VARCHAR, VARCHAR)';
/** Tables with these are not written here, but what once had them may be: a tombstone without its vector is another's. */
const VECTOR =
  'STRUCT(storageType VARCHAR, pathOrInlineDv VARCHAR, "offset" INTEGER, sizeInBytes INTEGER, cardinality BIGINT)';
const COLUMNS: Record<'txn' | 'add' | 'remove' | 'metaData' | 'protocol', Record<string, string>> = {
  txn: { appId: 'VARCHAR', version: 'BIGINT', lastUpdated: 'BIGINT' },
  add: {
    path: 'VARCHAR',
    partitionValues: MAP,
    size: 'BIGINT',
    modificationTime: 'BIGINT',
    dataChange: 'BOOLEAN',
    stats: 'VARCHAR',
    tags: MAP,
    deletionVector: VECTOR,
  },
  remove: {
    path: 'VARCHAR',
    deletionTimestamp: 'BIGINT',
    dataChange: 'BOOLEAN',
    extendedFileMetadata: 'BOOLEAN',
    partitionValues: MAP,
    size: 'BIGINT',
    tags: MAP,
    deletionVector: VECTOR,
  },
  metaData: {
    id: 'VARCHAR',
    name: 'VARCHAR',
    description: 'VARCHAR',
    format: `STRUCT(provider VARCHAR, options ${MAP})`,
    schemaString: 'VARCHAR',
    partitionColumns: 'VARCHAR[]',
    configuration: MAP,
    createdTime: 'BIGINT',
  },
  protocol: {
    minReaderVersion: 'INTEGER',
    minWriterVersion: 'INTEGER',
    readerFeatures: 'VARCHAR[]',
    writerFeatures: 'VARCHAR[]',
  },
};

/** A classic checkpoint (one Parquet file) of the state at a version, and the hint that points to it. */
export async function writeCheckpoint(
  db: DuckDB,
  location: TableLocation,
  version: number,
  state: TableState,
  now: number,
): Promise<void> {
  const actions = actionsOf(state, now);
  const folder = await mkdtemp(join(tmpdir(), 'stockout-checkpoint-'));
  try {
    const [json, parquet] = [join(folder, 'actions.json'), join(folder, 'checkpoint.parquet')];
    await writeFile(json, actions.map((action) => JSON.stringify(action)).join('\n'));
    const source = `read_json(${quoteLiteral(json)}, format = 'newline_delimited', columns = ${jsonColumns()})`;
    await db.run(`COPY (FROM ${source}) TO ${quoteLiteral(parquet)} (FORMAT parquet, COMPRESSION snappy)`);
    await location.storage.putIfAbsent(checkpointKey(location, version), { file: parquet });
    const hint = {
      version,
      size: actions.length,
      sizeInBytes: (await stat(parquet)).size,
      numOfAddFiles: state.files.size,
    };
    await location.storage.put(keyIn(location, LAST_CHECKPOINT), JSON.stringify(hint));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function actionsOf(state: TableState, now: number): Action[] {
  const { protocol, metadata } = state;
  if (protocol === undefined || metadata === undefined)
    throw new TypeError('a table without protocol or metadata');
  const retention = metadata.configuration[FILE_RETENTION] ?? TOMBSTONE_RETENTION;
  // What is not understood keeps them all.
  const since = now - (intervalMilliseconds(retention) ?? Infinity);
  const young = [...state.tombstones.values()].filter((remove) => (remove.deletionTimestamp ?? 0) > since);
  return [
    { protocol },
    { metaData: metadata },
    ...[...state.transactions.values()].map((txn) => ({ txn })),
    // In a checkpoint nothing is a change.
    ...[...state.files.values()].map((add) => ({ add: { ...add, dataChange: false } })),
    ...young.map((remove) => ({ remove: { ...remove, dataChange: false } })),
  ];
}

function jsonColumns(): string {
  const columns = Object.entries(COLUMNS).map(([action, fields]) => {
    const members = Object.entries(fields).map(([name, type]) => `${quoteIdentifier(name)} ${type}`);
    return `${action}: ${quoteLiteral(`STRUCT(${members.join(', ')})`)}`;
  });
  return `{${columns.join(', ')}}`;
}
