import { utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { DuckDB } from '@stockout/features';
import { openStorage } from '@stockout/storage';
import { writeDataFiles } from '../../pipeline/src/tables/data-files.ts';
import type { TableLocation } from '../../pipeline/src/tables/log.ts';
import { openRelation } from '../../pipeline/src/tables/relation.ts';
import { type ExistingSnapshot, exists, loadSnapshot } from '../../pipeline/src/tables/snapshot.ts';
import { commit } from '../../pipeline/src/tables/table.ts';

/** A table in a folder of its own. */
export function tableIn(folder: string, name = 't'): TableLocation {
  return { storage: openStorage(pathToFileURL(folder).href), path: name, name };
}

/** Appends the rows of a SELECT as the application's n-th, once however often it is tried. */
export async function appendOnce(
  db: DuckDB,
  table: TableLocation,
  appId: string,
  n: number,
  select: string,
): Promise<void> {
  const written = await writeDataFiles(db, table, select);
  await commit(db, table, async ({ transactions }) => {
    if ((transactions.get(appId)?.version ?? -1) >= n) return undefined;
    const transaction = { appId, version: n };
    return { operation: 'WRITE', operationParameters: {}, ...written, transactions: [transaction] };
  });
}

export async function snapshotOf(
  db: DuckDB,
  table: TableLocation,
  version?: number,
): Promise<ExistingSnapshot> {
  const snapshot = await loadSnapshot(db, table, version);
  if (!exists(snapshot)) throw new Error(`there is no table ${table.name}`);
  return snapshot;
}

export async function rowsOf<T = Record<string, unknown>>(
  db: DuckDB,
  table: TableLocation,
  select: string,
  version?: number,
): Promise<T[]> {
  await using relation = await openRelation(table, await snapshotOf(db, table, version));
  // Not before the query is done are the staged files to go.
  return await db.rows<T>(`${select} FROM ${relation.sql}`);
}

/** Makes all that lies in the table's folder so many days older. */
export async function age(folder: string, { storage, path }: TableLocation, days: number): Promise<void> {
  for (const { key, modifiedAt } of await storage.list(path)) {
    const then = new Date(modifiedAt.getTime() - days * 86_400_000);
    await utimes(join(folder, key), then, then);
  }
}
