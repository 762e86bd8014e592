import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InputError, StockoutError } from '@stockout/contracts';
import { type DuckDB, quoteLiteral } from '@stockout/features';
import type { AddFile } from './actions.ts';
import { type TableLocation, keyIn } from './log.ts';
import { type Field, fieldsOf } from './schema.ts';
import { type ColumnStatistics, deltaStats } from './stats.ts';

/** Files in the storage that no commit speaks of yet: invisible to every reader. */
export interface WrittenFiles {
  fields: Field[];
  rows: number;
  adds: AddFile[];
}

interface CopiedFile {
  filename: string;
  count: number;
  file_size_bytes: number;
  column_statistics: { key: string; value: { key: string; value: string }[] }[];
}

/** Large enough to scan well, small enough to stage and to rewrite. */
const FILE_BYTES = 128 * 1024 * 1024;

/**
 * The rows of a SELECT as Parquet files in the table's folder.
 * @param tags kept with each file in the log, through checkpoints too
 */
export async function writeDataFiles(
  db: DuckDB,
  location: TableLocation,
  select: string,
  tags?: Record<string, string>,
): Promise<WrittenFiles> {
  const fields = fieldsOf(await db.rows(`DESCRIBE ${select}`));
  const adds: AddFile[] = [];
  let folder = tmpdir();
  try {
    folder = await mkdtemp(join(folder, 'stockout-copy-'));
    const copied = await db.rows<CopiedFile>(
      `COPY (${select}) TO ${quoteLiteral(join(folder, 'data'))} ` +
        `(FORMAT parquet, COMPRESSION zstd, FILE_SIZE_BYTES ${FILE_BYTES}, RETURN_STATS)`,
    );
    for (const file of copied.filter(({ count }) => count > 0)) {
      adds.push(await putFile(location, file, fields, adds.length, tags));
    }
    return { fields, rows: copied.reduce((rows, { count }) => rows + count, 0), adds };
  } catch (error) {
    await deleteDataFiles(location, adds);
    throw explainedFull(error);
  } finally {
    if (folder !== tmpdir()) await rm(folder, { recursive: true, force: true });
  }
}

/** Of the temporary folder; the storage says it in its own words. */
export function explainedFull(error: unknown): unknown {
  if (
    error instanceof StockoutError ||
    !/No space left on device|^ENOSPC/i.test(String((error as Error).message))
  )
    return error;
  return new StockoutError(
    `${tmpdir()} is full: make room there, or name another folder in TMPDIR, and try again`,
    { cause: error },
  );
}

/** Of a write that came to nothing. What a killed process leaves is removed by vacuum. */
export async function deleteDataFiles(location: TableLocation, adds: readonly AddFile[]): Promise<void> {
  await Promise.all(adds.map(({ path }) => location.storage.delete(dataKey(location, path))));
}

/**
 * The storage's key of a file by its path in the log, which is relative to the table or whole.
 * @throws InputError when it lies outside of the table
 */
export function dataKey(location: TableLocation, path: string): string {
  if (!/^[a-z][a-z0-9+.-]*:/i.test(path) && !path.startsWith('/'))
    return keyIn(location, decodeURIComponent(path));
  const folder = `${wholePath(location.storage.uri)}/${keyIn(location, '')}`;
  const file = wholePath(path);
  if (file?.startsWith(folder)) return keyIn(location, file.slice(folder.length));
  throw new InputError(
    `table ${location.name} refers to a file outside of its folder (${path}), as shallow clones do: copy it first`,
  );
}

/** A URI without its codes, in one of the ways that Hadoop writes it. */
function wholePath(uri: string): string | undefined {
  const url = URL.parse(uri.startsWith('/') ? `file://${uri}` : uri);
  if (url === null) return undefined;
  const scheme = url.protocol.replace(/^s3[an]:$/, 's3:').replace(/^abfs:$/, 'abfss:');
  return `${scheme}//${url.username}@${url.host}${decodeURIComponent(url.pathname)}`;
}

async function putFile(
  location: TableLocation,
  file: CopiedFile,
  fields: readonly Field[],
  part: number,
  tags: Record<string, string> | undefined,
): Promise<AddFile> {
  const path = `part-${String(part).padStart(5, '0')}-${randomUUID()}-c000.zstd.parquet`;
  await location.storage.put(dataKey(location, path), { file: file.filename });
  return {
    path,
    partitionValues: {},
    size: Number(file.file_size_bytes),
    modificationTime: Date.now(),
    dataChange: true,
    stats: deltaStats(file.count, fields, statisticsOf(file)),
    ...(tags === undefined ? {} : { tags }),
  };
}

function statisticsOf(file: CopiedFile): Map<string, ColumnStatistics> {
  return new Map(
    file.column_statistics.map(({ key, value }) => [
      // Column names come quoted, as in SQL.
      key.slice(1, -1).replaceAll('""', '"'),
      new Map(value.map((entry) => [entry.key, entry.value])),
    ]),
  );
}
