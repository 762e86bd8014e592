import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { StockoutModelSpec } from '@stockout/crds';
import { type DuckDB, openDuckDB, quoteLiteral } from '@stockout/features';
import { type Storage, openStorage } from '@stockout/storage';
import { afterAll, beforeAll } from 'vitest';
import type { PipelineContext } from './context.ts';
import type { TableLocation } from './tables/log.ts';
import { openRelation } from './tables/relation.ts';
import { type ExistingSnapshot, exists, loadSnapshot } from './tables/snapshot.ts';
import { buildModel } from './train/model.test-support.ts';

/** A folder for files and a storage of its own, both real and both removed after the test file. */
export interface Workspace {
  folder: string;
  storage: Storage;
  context: PipelineContext;
  locate(table: string): TableLocation;
  /** A file in the folder: its path. */
  file(name: string, content: string | Uint8Array): Promise<string>;
  /** A Parquet file of a SELECT: its path. */
  parquet(name: string, select: string): Promise<string>;
  snapshot(table: string, version?: number): Promise<ExistingSnapshot>;
  /** What a query answers, `{table}` being the newest version of the table. */
  query<T = Record<string, unknown>>(table: string, sql: string, version?: number): Promise<T[]>;
}

/** One DuckDB for a test file, on one thread: the machine has other things to do. */
export function testDuckDB(): { readonly db: DuckDB } {
  const holder: { opened?: DuckDB } = {};
  beforeAll(async () => {
    holder.opened = await openDuckDB({ threads: 1 });
  });
  afterAll(() => holder.opened?.[Symbol.asyncDispose]());
  return {
    get db() {
      if (holder.opened === undefined) throw new TypeError('no DuckDB before the tests run');
      return holder.opened;
    },
  };
}

export function testWorkspaces(duckdb: { readonly db: DuckDB }) {
  const folders: string[] = [];
  afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));
  return async (data: Partial<StockoutModelSpec['data']> = {}): Promise<Workspace> => {
    const folder = await mkdtemp(join(tmpdir(), 'stockout-test-'));
    folders.push(folder);
    const storage = openStorage(pathToFileURL(join(folder, 'storage')).href);
    const model = buildModel();
    model.spec.data = { ...model.spec.data, ...data };
    return buildWorkspace(duckdb, folder, storage, { model, storage });
  };
}

function buildWorkspace(
  duckdb: { readonly db: DuckDB },
  folder: string,
  storage: Storage,
  context: PipelineContext,
): Workspace {
  const locate = (name: string) => ({ storage, path: name, name });
  const snapshot = async (table: string, version?: number) => {
    const found = await loadSnapshot(duckdb.db, locate(table), version);
    if (!exists(found)) throw new Error(`there is no table ${table}`);
    return found;
  };
  return {
    folder,
    storage,
    context,
    locate,
    snapshot,
    file: async (name, content) => {
      await writeFile(join(folder, name), content);
      return join(folder, name);
    },
    parquet: async (name, select) => {
      await duckdb.db.run(`COPY (${select}) TO ${quoteLiteral(join(folder, name))} (FORMAT parquet)`);
      return join(folder, name);
    },
    query: async <T>(table: string, sql: string, version?: number) => {
      await using relation = await openRelation(locate(table), await snapshot(table, version));
      // Awaited here: its files go with it.
      return await duckdb.db.rows<T>(sql.replaceAll('{table}', () => relation.sql));
    },
  };
}

/** A SELECT of raw rows: series of `days` days from 2025-01-01 on, stockouts where the hash of the day says so. */
export function rawRows({ stores = 1, products = 2, days = 20, from = 0 } = {}): string {
  return `SELECT 'S' || s AS store_id, 'P' || p AS product_id, DATE '2025-01-01' + CAST(d AS INTEGER) AS date,
      CAST(10 + p AS DOUBLE) AS price, CAST(d % 5 = 0 AS INTEGER) AS promo, CAST((d * 7 + p * 3 + s) % 11 AS DOUBLE) AS daily_sales,
      CAST((d * 5 + p + s) % 23 AS DOUBLE) AS inventory, CAST((d * 5 + p + s) % 23 < 3 AS INTEGER) AS stockout
    FROM range(1, ${stores + 1}) a(s), range(1, ${products + 1}) b(p), range(${from}, ${from + days}) c(d)`;
}
