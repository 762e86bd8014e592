import { describe, expect, test } from 'vitest';
import { evaluate } from '../evaluate/evaluate.ts';
import { features } from '../features.ts';
import { ingest } from '../ingest/ingest.ts';
import { score } from '../score/score.ts';
import { buildJob } from '../score/scoring.test-support.ts';
import { writeDataFiles } from '../tables/data-files.ts';
import { commit } from '../tables/table.ts';
import { train } from '../train/train.ts';
import { SAWTOOTH } from '../train/raw-table.test-support.ts';
import { type Workspace, rawRows, testDuckDB, testWorkspaces } from '../workspace.test-support.ts';
import type { DataSpec } from './mapping.ts';

const duckdb = testDuckDB();
const createWorkspace = testWorkspaces(duckdb);

const MAPPED = {
  columns: {
    store: 'Filiale',
    product: 'Artikel',
    date: 'Tag',
    price: 'Preis',
    promo: { column: 'Rabatt', below: '0.9' },
    sales: 'Menge',
    inventory: 'Bestand',
    stockout: { column: 'Stunden', atLeast: '12' },
  },
} satisfies DataSpec;

/** The same rows under names of their own; the flags as the numbers that they come from, .9 in 32 bits. */
const renamed = (rows: string): string =>
  `SELECT store_id AS "Filiale", product_id AS "Artikel", date AS "Tag", price AS "Preis",
    CAST(CASE WHEN promo = 1 THEN 0.75 ELSE 0.9 END AS FLOAT) AS "Rabatt", daily_sales AS "Menge", inventory AS "Bestand",
    CAST(stockout * 7 + 5 AS DECIMAL(5, 1)) AS "Stunden", 21.5 + daily_sales AS temperature FROM (${rows})`;

const FEATURES = 'SELECT * FROM {table} ORDER BY store_id, product_id, date';

async function featuresOf(workspace: Workspace): Promise<unknown> {
  await features(workspace.context);
  return workspace.query('features', FEATURES);
}

describe('a table with names and numbers of its own gives the features of its standard twin', () => {
  const forms: [string, (workspace: Workspace) => Promise<void>][] = [
    [
      'ingested from Parquet',
      async ({ context, parquet }) => {
        await ingest(context, [await parquet('x.parquet', renamed(rawRows()))]);
      },
    ],
    [
      'ingested from CSV',
      async ({ context, folder }) => {
        await duckdb.db.run(`COPY (${renamed(rawRows())}) TO '${folder}/x.csv' (HEADER)`);
        await ingest(context, [`${folder}/x.csv`]);
      },
    ],
    ['written by others', (workspace) => write(workspace, renamed(rawRows()))],
    [
      'written by others, with keys that are numbers and days that are timestamps',
      (workspace) =>
        write(
          workspace,
          `SELECT * REPLACE (CAST("Tag" AS TIMESTAMPTZ) AS "Tag") FROM (${renamed(rawRows())})`,
        ),
    ],
  ];

  test.each(forms)('%s', async (_, fill) => {
    const [mapped, standard] = [await createWorkspace(MAPPED), await createWorkspace()];
    await fill(mapped);
    await ingest(standard.context, [await standard.parquet('x.parquet', rawRows())]);
    expect(await featuresOf(mapped)).toEqual(await featuresOf(standard));
  });
});

test('the raw table keeps the names and numbers of the file, and what the spec does not name at its end', async () => {
  const { context, parquet, query } = await createWorkspace({
    ...MAPPED,
    covariates: [{ column: 'temperature', history: false }],
  });
  await ingest(context, [await parquet('x.parquet', `SELECT *, 'x' AS note FROM (${renamed(rawRows())})`)]);
  const columns = await query<{ column_name: string }>('raw', 'DESCRIBE FROM {table}');
  expect(columns.map(({ column_name }) => column_name)).toEqual(
    'Filiale,Artikel,Tag,Preis,Menge,Bestand,Rabatt,Stunden,temperature,note'.split(','),
  );
  expect(await query('raw', 'SELECT DISTINCT "Rabatt" FROM {table} ORDER BY 1')).toEqual([
    { Rabatt: 0.75 },
    { Rabatt: 0.9 },
  ]);
});

test('a threshold that is changed makes the features again, without another ingest', async () => {
  const { context, parquet, query } = await createWorkspace(MAPPED);
  await ingest(context, [await parquet('x.parquet', renamed(rawRows()))]);
  expect(await features(context)).toMatchObject({ tableVersion: 0 });
  expect(await features(context)).toMatchObject({ tableVersion: 0 });
  context.model.spec.data.columns = { ...MAPPED.columns, stockout: { column: 'Stunden', above: '100' } };
  expect(await features(context)).toMatchObject({ tableVersion: 1 });
  expect(await query('features', 'SELECT DISTINCT stockout FROM {table}')).toEqual([{ stockout: 0 }]);
});

test('a column that is read as something else than when it was ingested is judged again', async () => {
  const { context, parquet } = await createWorkspace(MAPPED);
  await ingest(context, [await parquet('x.parquet', renamed(rawRows()))]);
  context.model.spec.data.columns = { ...MAPPED.columns, stockout: 'Stunden' };
  await expect(features(context)).rejects.toThrow('Stunden is neither 0 nor 1 (40 rows)');
});

test.each([
  ['a flag', 'stockout'],
  ['a threshold on hours', { column: 'hours', atLeast: '16' }],
  ['nothing left in stock', { column: 'inventory', atMost: '0' }],
])('a stockout may be told by %s', async (_, stockout) => {
  const { context, parquet, query } = await createWorkspace({ columns: { stockout } });
  const out = 'EXTRACT(day FROM date) % 5 = 0';
  const rows = `SELECT * REPLACE (CAST(${out} AS INTEGER) AS stockout, CASE WHEN ${out} THEN -1.0 ELSE 7 END AS inventory),
    CASE WHEN ${out} THEN 16 ELSE 15 END AS hours FROM (${rawRows()})`;
  await ingest(context, [await parquet('x.parquet', rows)]);
  await features(context);
  const days = await query(
    'features',
    'SELECT DISTINCT day(date) AS day FROM {table} WHERE stockout = 1 ORDER BY 1',
  );
  expect(days).toEqual([{ day: 5 }, { day: 10 }, { day: 15 }, { day: 20 }]);
});

test('training, evaluation and scoring read the mapped columns and covariates', async () => {
  const { context, parquet, query } = await createWorkspace({
    ...MAPPED,
    covariates: [{ column: 'temperature', history: false }],
  });
  const { training } = context.model.spec;
  training!.params = { ...training!.params, rounds: 5, maxDepth: 3 };
  training!.split = { ...training!.split, testDays: 14 };
  await ingest(context, [await parquet('x.parquet', renamed(SAWTOOTH))]);
  const trained = await train(context);
  expect(trained.metrics.auc).toBeGreaterThan(0.6);
  expect((await evaluate(context, { version: trained.version })).metrics).toEqual(trained.metrics);
  const scored = await score(context, buildJob(), { run: 'run-1', version: trained.version });
  expect(scored.rows).toBe(60);
  const [row] = await query('predictions', 'SELECT * FROM {table} LIMIT 1');
  expect(Object.keys(row ?? {}).slice(0, 3)).toEqual(['store_id', 'product_id', 'date']);
});

/** Rows that did not come through ingest. */
async function write({ locate }: Workspace, select: string): Promise<void> {
  const types = `SELECT * REPLACE (CAST("Stunden" AS DOUBLE) AS "Stunden", CAST(temperature AS DOUBLE) AS temperature) FROM (${select})`;
  const written = await writeDataFiles(duckdb.db, locate('raw'), types);
  await commit(duckdb.db, locate('raw'), async () => ({
    operation: 'WRITE',
    operationParameters: {},
    ...written,
  }));
}
