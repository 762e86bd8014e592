import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import type { StockoutModelSpec } from '@stockout/crds';
import { type DuckDB, openDuckDB, quoteIdentifier } from '@stockout/features';
import { openStorage } from '@stockout/storage';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PipelineContext } from '../../../pipeline/src/context.ts';
import { ensureFeatures } from '../../../pipeline/src/features.ts';
import { ingest } from '../../../pipeline/src/ingest/ingest.ts';
import { buildModel } from '../../../pipeline/src/train/model.test-support.ts';
import { openRelation } from '../../../pipeline/src/tables/relation.ts';
import { type ExistingSnapshot, loadSnapshot } from '../../../pipeline/src/tables/snapshot.ts';
import { rawColumns, selectRaw } from '../../../pipeline/src/raw-table.ts';
import { temporaryFolders } from '../../tables/temporary-folders.ts';
import { sparkConnectUrl } from './connect-url.ts';
import { installSpark } from './install.ts';

const data = (name: string) => fileURLToPath(new URL(`../../../data/${name}.parquet`, import.meta.url));
const PROGRAM = fileURLToPath(new URL('./reference.py', import.meta.url));
const temporaryFolder = temporaryFolders();
type Data = StockoutModelSpec['data'];

const HISTORY = [{ column: 'temperature', history: true }];
const REGION = { region: 'region' };
const TABLES = { rawTable: 'raw', featuresTable: 'features', features: 'Extended', horizonDays: 7 } as const;
const SYNTHETIC = `SELECT *, round(20 + 5 * sin(epoch(date) / 5e6 + length(store_id)), 3) AS temperature,
    'région ' || CAST(right(store_id, 1) AS INT) % 3 AS region
  FROM '${data('retail_stockout_data')}' WHERE CAST(right(product_id, 2) AS INT) % 20 = 3`;
/** A day in five is missing, series begin and end when they like, one has a single day, and of the rest much is not known. */
const GAPPY = `SELECT store_id, product_id, date, temperature,
    CASE WHEN hash(date, store_id, 7) % 9 > 0 AND hash(store_id) % 5 > 0 THEN region END AS region,
    CASE WHEN hash(date, product_id) % 7 > 0 THEN price END AS price,
    CASE WHEN hash(date, store_id) % 5 > 0 THEN promo END AS promo,
    CASE WHEN hash(date, product_id, 1) % 4 > 0 THEN daily_sales END AS daily_sales,
    CASE WHEN hash(date, product_id, 2) % 3 > 0 THEN inventory END AS inventory,
    CASE WHEN hash(date, product_id, 3) % 97 = 0 THEN 1 ELSE stockout END AS stockout
  FROM (${SYNTHETIC})
  WHERE hash(date, store_id, product_id) % 5 > 0
    AND date BETWEEN DATE '2025-01-01' + CAST(hash(store_id, product_id) % 60 AS INT)
      AND DATE '2025-06-29' - CAST(hash(product_id, store_id) % 40 AS INT)
    AND (store_id > (SELECT min(store_id) FROM (${SYNTHETIC})) OR date = DATE '2025-03-03')`;

const SETS: [name: string, select: string, spec: Data][] = [
  ['synthetic', SYNTHETIC, { ...TABLES, columns: REGION, covariates: HISTORY }],
  ['gappy', GAPPY, { ...TABLES, columns: REGION, covariates: HISTORY }],
  [
    'real',
    // Every third store: whole stores, since features are made of all of a store's rows.
    `FROM '${data('freshretailnet_60_stores')}' WHERE store_id % 3 = 0`,
    {
      ...TABLES,
      columns: {
        date: 'dt',
        sales: 'sale_amount',
        region: 'city_id',
        promo: { column: 'discount', below: '1' },
        stockout: { column: 'oos_hours_6_22', atLeast: '16' },
      },
      covariates: [
        { column: 'precpt', history: false },
        { column: 'oos_hours_6_22', history: true },
      ],
    },
  ],
];

let db: DuckDB;
beforeAll(async () => {
  db = await openDuckDB();
});
afterAll(() => db[Symbol.asyncDispose]());

/** Makes the raw table, features of it by both engines and by pandas, and views on them. */
async function makeAll(select: string, spec: Data): Promise<string[]> {
  const folder = await temporaryFolder();
  const file = join(folder, 'in.parquet');
  await db.run(`COPY (${select}) TO '${file}'`);
  const storage = openStorage(pathToFileURL(join(folder, 'storage')).href);
  const context: PipelineContext = { model: buildModel({ data: spec }), storage };
  await ingest(context, [file]);
  const engine = { type: 'Spark', connectUrl: sparkConnectUrl() } as const;
  await using spark = await ensureFeatures(context, { engine, featuresTable: 'by_spark', reads: false });
  await using duckdb = await ensureFeatures(context, { featuresTable: 'by_duckdb' });
  expect([spark.features, spark.label, spark.rows]).toEqual([duckdb.features, duckdb.label, duckdb.rows]);
  await keep('by_duckdb', duckdb.relation);
  const location = { storage, path: 'by_spark', name: 'by_spark' };
  await using relation = await openRelation(location, (await loadSnapshot(db, location)) as ExistingSnapshot);
  await keep('by_spark', relation.sql);
  await keep('by_pandas', `'${await byPandas(context, folder, spec)}'`);
  return [...duckdb.features, duckdb.label];
}

async function keep(name: string, relation: string): Promise<void> {
  await db.run(`CREATE OR REPLACE TABLE ${name} AS SELECT * FROM ${relation}`);
}

async function byPandas(context: PipelineContext, folder: string, spec: Data): Promise<string> {
  const raw = { storage: context.storage!, path: 'raw', name: 'raw', spec };
  const snapshot = (await loadSnapshot(db, raw)) as ExistingSnapshot;
  await using relation = await openRelation(raw, snapshot);
  const [from, to] = [join(folder, 'raw.parquet'), join(folder, 'pandas.parquet')];
  await db.run(`COPY (${await selectRaw(db, raw, snapshot, relation.sql)}) TO '${from}'`);
  const known = new Set(rawColumns(raw, snapshot).map(({ name }) => name));
  const covariates = (spec.covariates ?? []).filter(({ column }) => known.has(column));
  const { python } = await installSpark();
  const asked = JSON.stringify(
    Object.fromEntries(covariates.map(({ column, history }) => [column, history])),
  );
  await promisify(execFile)(python, [PROGRAM, from, to, String(spec.horizonDays), asked]);
  return to;
}

/** Columns with values further apart than 1e-9 of their size, or known to one of the two only: of how many rows. */
async function differences(mine: string, theirs: string, columns: readonly string[]): Promise<string[]> {
  const apart = columns.map((name) => {
    const [a, b] = [mine, theirs].map(
      (table) => `nullif(CAST(${table}.${quoteIdentifier(name)} AS DOUBLE), 'NaN')`,
    );
    const far = `abs(${a} - ${b}) > 1e-9 * greatest(1, abs(${b}))`;
    return `count(*) FILTER (coalesce(${far}, (${a} IS NULL) <> (${b} IS NULL))) AS ${quoteIdentifier(name)}`;
  });
  const [found] = await db.rows<Record<string, number>>(
    `SELECT ${apart.join(', ')} FROM ${mine} FULL JOIN ${theirs} USING (store_id, product_id, date)`,
  );
  return Object.entries(found ?? {}).flatMap(([name, rows]) => (rows === 0 ? [] : [`${name}: ${rows} rows`]));
}

describe.each(SETS)('on %s data', (name, select, spec) => {
  let columns: string[];
  beforeAll(async () => {
    columns = await makeAll(select, spec);
  });

  test('every feature is the same to 1e-9 by DuckDB, by Spark and by pandas, what is not known included', async () => {
    expect(await differences('by_spark', 'by_duckdb', columns)).toEqual([]);
    expect(await differences('by_spark', 'by_pandas', columns)).toEqual([]);
  });

  test('there is something to compare: rows of each label, and nulls where the data has gaps', async () => {
    const [label] = columns.slice(-1);
    const [seen] = await db.rows<Record<string, number>>(
      `SELECT count(*) FILTER (${label} = 1) AS ones, count(*) FILTER (${label} = 0) AS zeros,
          count(*) FILTER (${label} IS NULL) AS nulls, count(*) FILTER (sales_lag_3 IS NULL) AS lags,
          count(*) FILTER (region_product_stockout_rate > 0) AS regions FROM by_spark`,
    );
    for (const count of Object.values(seen ?? {})) expect(count).toBeGreaterThan(100);
    expect(name === 'gappy' ? (seen?.['lags'] ?? 0) > (seen?.['nulls'] ?? 0) : true).toBe(true);
  });
});
