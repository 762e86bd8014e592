import { InputError, STANDARD_FEATURES } from '@stockout/contracts';
import { expect, test } from 'vitest';
import { ensureFeatures, features } from './features.ts';
import { ingest } from './ingest/ingest.ts';
import { type Workspace, rawRows, testDuckDB, testWorkspaces } from './workspace.test-support.ts';

const duckdb = testDuckDB();
const createWorkspace = testWorkspaces(duckdb);

test('the features table has every raw row, and says of what it was made', async () => {
  const { context, query } = await workspaceWithRows();
  await using table = await ensureFeatures(context);
  expect(table).toMatchObject({
    table: 'features',
    tableVersion: 0,
    rawTable: 'raw',
    rawVersion: 0,
    features: STANDARD_FEATURES,
    label: 'label_stockout_next_7d',
    rows: 40,
    firstDay: '2025-01-01',
    lastDay: '2025-01-20',
  });
  expect(await duckdb.db.rows(`SELECT * FROM ${table.relation}`)).toHaveLength(40);
  const [row] = await query(
    'features',
    "SELECT * FROM {table} WHERE product_id = 'P1' AND date = '2025-01-02'",
  );
  expect(row).toMatchObject({
    daily_sales: 0,
    sales_lag_1: 4,
    sales_roll7_sum: 4,
    sales_roll7_avg: 2,
    stockout: 0,
  });
});

test('it is made once for the same data and horizon, and again for others', async () => {
  const { context, parquet } = await workspaceWithRows();
  expect(await features(context)).toMatchObject({ rows: 40, tableVersion: 0 });
  expect(await features(context)).toMatchObject({ rows: 40, tableVersion: 0 });
  await ingest(context, [await parquet('late.parquet', rawRows({ from: 20, days: 1 }))]);
  expect(await features(context)).toMatchObject({ rows: 42, tableVersion: 1 });
  context.model.spec.data.horizonDays = 3;
  await using shorter = await ensureFeatures(context);
  expect(shorter).toMatchObject({ rows: 42, tableVersion: 2, label: 'label_stockout_next_3d' });
  expect(await features(context, { dataVersion: 0 })).toMatchObject({ rows: 40, tableVersion: 3 });
});

test('a reader keeps its version while another makes the next', async () => {
  const { context, parquet } = await workspaceWithRows();
  await using before = await ensureFeatures(context);
  await ingest(context, [await parquet('late.parquet', rawRows({ from: 20, days: 1 }))]);
  await using after = await ensureFeatures(context);
  for (const { relation, rows } of [before, after]) {
    expect(await duckdb.db.rows(`SELECT count(*) AS rows FROM ${relation}`)).toEqual([{ rows }]);
  }
});

test('spec.data.version holds it to that version of the raw table, unless the newest is asked for', async () => {
  const { context, parquet } = await workspaceWithRows();
  await ingest(context, [await parquet('late.parquet', rawRows({ from: 20, days: 1 }))]);
  context.model.spec.data.version = 0;
  expect((await ensureFeatures(context)).rows).toBe(40);
  expect((await ensureFeatures(context, { rawVersion: 'newest' })).rows).toBe(42);
});

test('two at once make one version, and leave no file that it does not have', async () => {
  const { context, snapshot, storage } = await workspaceWithRows();
  const both = await Promise.all([features(context), features(context)]);
  expect(both.map(({ tableVersion }) => tableVersion)).toEqual([0, 0]);
  const { files, version } = await snapshot('features');
  expect(version).toBe(0);
  const stored = (await storage.list('features')).filter(({ key }) => key.endsWith('.parquet'));
  expect(stored.map(({ key }) => key)).toEqual([...files.keys()].map((path) => `features/${path}`));
});

test('a file of another writer in the table is noticed: the table is made again', async () => {
  const { context, snapshot, storage } = await workspaceWithRows();
  await features(context);
  const [file] = (await snapshot('features')).files.values();
  const foreign = JSON.stringify({ add: { ...file, path: 'copy.parquet', tags: null } });
  await storage.put('features/copy.parquet', await storage.read(`features/${file?.path}`));
  await storage.put('features/_delta_log/00000000000000000001.json', foreign);
  expect(await features(context)).toMatchObject({ rows: 40, tableVersion: 2 });
});

test('Extended features are the Standard ones and more, in a table of their own version', async () => {
  const { context, query } = await workspaceWithRows();
  await features(context);
  context.model.spec.data.features = 'Extended';
  await using table = await ensureFeatures(context);
  expect(table).toMatchObject({ rows: 40, tableVersion: 1 });
  expect(table.features.slice(0, STANDARD_FEATURES.length)).toEqual(STANDARD_FEATURES);
  expect(table.features).toContain('product_stockout_rate');
  const [row] = await query(
    'features',
    "SELECT * FROM {table} WHERE product_id = 'P1' AND date = '2025-01-08'",
  );
  expect(row).toMatchObject({ day_of_week: 3, days_observed: 8, sales_lag_1: expect.any(Number) });
});

test('a table with gaps in some series has every row once, with the days that are missing missing', async () => {
  const workspace = await createWorkspace();
  const days = `SELECT * FROM (${rawRows()}) WHERE NOT (product_id = 'P1' AND date = '2025-01-02')`;
  await ingest(workspace.context, [await workspace.parquet('rows.parquet', days)]);
  expect(await features(workspace.context)).toMatchObject({ rows: 39, tableVersion: 0 });
  const sql = "SELECT product_id, sales_lag_1 IS NULL AS missing FROM {table} WHERE date = '2025-01-03'";
  expect(await workspace.query('features', `${sql} ORDER BY product_id`)).toEqual([
    { product_id: 'P1', missing: true },
    { product_id: 'P2', missing: false },
  ]);
});

test('optional columns that the data lacks leave out what is made of them', async () => {
  const workspace = await createWorkspace();
  const file = await workspace.parquet(
    'x.parquet',
    `SELECT * EXCLUDE (daily_sales, price) FROM (${rawRows()})`,
  );
  await ingest(workspace.context, [file]);
  await using table = await ensureFeatures(workspace.context);
  expect(table.features).toEqual([
    'promo',
    'inventory',
    'inv_lag_1',
    'promo_lag_1',
    'promo_roll7_sum',
    'low_inventory_flag',
  ]);
});

test('a raw table that does not exist is told, with the command that makes it', async () => {
  const { context } = await createWorkspace();
  await expect(features(context)).rejects.toThrow(InputError);
  await expect(features(context)).rejects.toThrow(
    /table raw does not exist in file:.*`stockout ingest` first/,
  );
});

test('the raw table itself is not overwritten with its features', async () => {
  const { context } = await createWorkspace({ featuresTable: 'raw' });
  await expect(features(context)).rejects.toThrow('spec.data.featuresTable is the raw table raw itself');
});

test('a version that does not exist is told with those that do', async () => {
  const { context } = await workspaceWithRows();
  await expect(features(context, { dataVersion: 5 })).rejects.toThrow(
    'version 5 of table raw cannot be read: its log goes from 0 to 0',
  );
});

async function workspaceWithRows(): Promise<Workspace> {
  const workspace = await createWorkspace();
  await ingest(workspace.context, [await workspace.parquet('rows.parquet', rawRows())]);
  return workspace;
}
