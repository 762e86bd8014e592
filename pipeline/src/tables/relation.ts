import { stat } from 'node:fs/promises';
import { StockoutError } from '@stockout/contracts';
import { type DuckDB, quoteIdentifier, quoteLiteral } from '@stockout/features';
import { type LocalFile, NotFoundError } from '@stockout/storage';
import type { AddFile } from './actions.ts';
import { dataKey } from './data-files.ts';
import type { TableLocation } from './log.ts';
import { type Field, duckdbType, nullColumns } from './schema.ts';
import { type ExistingSnapshot, fieldsOfTable } from './snapshot.ts';
import { boundsOf } from './stats.ts';

/** Rows of a table that DuckDB can read until it is disposed of. */
export interface Relation extends AsyncDisposable {
  /** What stands after FROM. */
  sql: string;
  /** The same file by file. */
  files: FileRelation[];
}

export interface FileRelation {
  sql: string;
  /** By its stats; undefined where it has none. */
  rows: number | undefined;
}

/**
 * The rows of a snapshot, with the table's columns in its order.
 * @param files default: all of the snapshot's
 */
export async function openRelation(
  location: TableLocation,
  snapshot: ExistingSnapshot,
  files: readonly AddFile[] = [...snapshot.files.values()],
): Promise<Relation> {
  const stack = new AsyncDisposableStack();
  try {
    const paths = await openDataFiles(location, files, stack);
    return {
      sql: relationSql(snapshot, files, paths),
      files: files.map((file, i) => ({
        sql: relationSql(snapshot, [file], [paths[i] ?? '']),
        rows: boundsOf(file.stats, 'date')?.rows,
      })),
      [Symbol.asyncDispose]: () => stack.disposeAsync(),
    };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

/** Where a storage is no file system, files are copied: so many at once. */
const AT_ONCE = 4;

/** @returns the paths, in the order of the files */
async function openDataFiles(
  location: TableLocation,
  files: readonly AddFile[],
  stack: AsyncDisposableStack,
): Promise<string[]> {
  const paths: string[] = [];
  const left = files.entries();
  const work = async (): Promise<void> => {
    for (const [index, file] of left) paths[index] = stack.use(await openDataFile(location, file)).path;
  };
  const ended = await Promise.allSettled(Array.from({ length: AT_ONCE }, work));
  const failed = ended.find(({ status }) => status === 'rejected') as PromiseRejectedResult | undefined;
  if (failed !== undefined) throw failed.reason;
  return paths;
}

/**
 * A file is never changed once the log speaks of it, so its size tells a copy that was cut short.
 * @throws StockoutError when the file is not there, or is another
 */
async function openDataFile(location: TableLocation, { path, size }: AddFile): Promise<LocalFile> {
  const key = dataKey(location, path);
  const where = `${key} of table ${location.name} in ${location.storage.uri}`;
  try {
    const local = await location.storage.localFile(key);
    const { size: found } = await stat(local.path);
    if (found === size) return local;
    await local[Symbol.asyncDispose]();
    throw new StockoutError(
      `${where} is damaged, it has ${found} bytes and its log says ${size}: restore it from a backup`,
    );
  } catch (cause) {
    if (!(cause instanceof NotFoundError)) throw cause;
    throw new StockoutError(
      `${where} is missing: where vacuum has removed it, take a newer version, else restore it from a backup`,
      { cause },
    );
  }
}

/**
 * Files that may hold days from `first` to `last` (ISO), judged by their stats; without stats they may.
 * @param column that has the days
 */
export function filesWithDays(
  files: Iterable<AddFile>,
  first: string,
  last: string,
  column = 'date',
): AddFile[] {
  return [...files].filter(({ stats }) => {
    const bounds = boundsOf(stats, column);
    if (bounds?.min === undefined || bounds.max === undefined) return true;
    // ISO dates compare as text; a timestamp's text begins with its date.
    return String(bounds.min).slice(0, 10) <= last && String(bounds.max).slice(0, 10) >= first;
  });
}

/** How many rows the snapshot has: by its files' stats where all have them, else counted. */
export async function countRows(
  db: DuckDB,
  location: TableLocation,
  snapshot: ExistingSnapshot,
): Promise<number> {
  let rows = 0;
  const unknown: AddFile[] = [];
  for (const file of snapshot.files.values()) {
    const bounds = boundsOf(file.stats, 'date');
    if (bounds === undefined) unknown.push(file);
    else rows += bounds.rows;
  }
  if (unknown.length === 0) return rows;
  await using relation = await openRelation(location, snapshot, unknown);
  const [counted] = await db.rows<{ rows: number }>(`SELECT count(*) AS rows FROM ${relation.sql}`);
  return rows + (counted?.rows ?? 0);
}

function relationSql(
  snapshot: ExistingSnapshot,
  files: readonly AddFile[],
  paths: readonly string[],
): string {
  const fields = fieldsOfTable(snapshot);
  const partitions = new Set(snapshot.metadata.partitionColumns);
  const stored = fields.filter(({ name }) => !partitions.has(name));
  const names = fields.map(({ name }) => quoteIdentifier(name)).join(', ');
  // The empty half gives every column its place and type, also where older files lack a column.
  const empty = `SELECT ${nullColumns(fields)} LIMIT 0`;
  if (paths.length === 0) return `(${empty})`;
  const list = `[${paths.map(quoteLiteral).join(', ')}]`;
  const read = `read_parquet(${list}, union_by_name = true, hive_partitioning = false, filename = 'stockout_file')`;
  if (partitions.size === 0 && stored.length > 0) {
    const plain = `read_parquet(${list}, union_by_name = true, hive_partitioning = false)`;
    return `(SELECT ${names} FROM (FROM ${plain} UNION ALL BY NAME (${empty})))`;
  }
  const values = partitionValues(
    fields.filter(({ name }) => partitions.has(name)),
    files,
    paths,
  );
  const joined = `SELECT * EXCLUDE (stockout_file, partition_file) FROM ${read} JOIN (${values}) ON stockout_file = partition_file`;
  return `(SELECT ${names} FROM (${joined} UNION ALL BY NAME (${empty})))`;
}

/** A partitioned table's files lack the partition columns: their values stand in the log, as text. */
function partitionValues(
  fields: readonly Field[],
  files: readonly AddFile[],
  paths: readonly string[],
): string {
  const rows = files.map((file, i) => {
    const values = fields.map((field) => {
      const value = file.partitionValues[field.name];
      // The protocol writes null as null or as the empty text.
      const literal = value == null || value === '' ? 'NULL' : quoteLiteral(value);
      return `CAST(${literal} AS ${duckdbType(field)}) AS ${quoteIdentifier(field.name)}`;
    });
    return `SELECT ${[`${quoteLiteral(paths[i] ?? '')} AS partition_file`, ...values].join(', ')}`;
  });
  return rows.join(' UNION ALL ');
}
