import { stat } from 'node:fs/promises';
import { StockoutError } from '@stockout/contracts';
import type { DuckDB } from '@stockout/features';
import { type LocalFile, NotFoundError } from '@stockout/storage';
import type { AddFile } from './actions.ts';
import { dataKey } from './data-files.ts';
import type { TableLocation } from './log.ts';
import { type LocalDataFile, relationSql } from './relation-sql.ts';
import type { ExistingSnapshot } from './snapshot.ts';
import { boundsOf, rowsOf } from './stats.ts';
import { type VectorStage, openVectorStage } from './vector-stage.ts';

/** Rows of a table that DuckDB can read until it is disposed of. */
export interface Relation extends AsyncDisposable {
  /** What stands after FROM. */
  sql: string;
  /** The same file by file. */
  files: FileRelation[];
}

export interface FileRelation {
  readonly sql: string;
  /** By its stats, without those that were deleted; undefined where it has none. */
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
    const local = await openDataFiles(location, files, stack);
    return {
      sql: relationSql(snapshot, local),
      files: local.map((file) => ({
        // Most who read a table of many files want it whole.
        get sql() {
          return relationSql(snapshot, [file]);
        },
        rows: rowsOf(file.add),
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

/** @returns in the order of the files */
async function openDataFiles(
  location: TableLocation,
  files: readonly AddFile[],
  stack: AsyncDisposableStack,
): Promise<LocalDataFile[]> {
  const opened: LocalDataFile[] = [];
  const vectors = stack.use(openVectorStage(location));
  const left = files.entries();
  const work = async (): Promise<void> => {
    for (const [index, add] of left) {
      const { path } = stack.use(await openDataFile(location, add));
      opened[index] = { add, path, ...(await stageVector(vectors, add)) };
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: AT_ONCE }, work));
  const failed = ended.find(({ status }) => status === 'rejected') as PromiseRejectedResult | undefined;
  if (failed !== undefined) throw failed.reason;
  return opened;
}

async function stageVector(vectors: VectorStage, add: AddFile): Promise<Pick<LocalDataFile, 'deleted'>> {
  return add.deletionVector ? { deleted: await vectors.stage(add, add.deletionVector) } : {};
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
 * @param column that has the days, under the name that stats have for it
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
    const ofFile = rowsOf(file);
    if (ofFile === undefined) unknown.push(file);
    else rows += ofFile;
  }
  if (unknown.length === 0) return rows;
  await using relation = await openRelation(location, snapshot, unknown);
  const [counted] = await db.rows<{ rows: number }>(`SELECT count(*) AS rows FROM ${relation.sql}`);
  return rows + (counted?.rows ?? 0);
}
