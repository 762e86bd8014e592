import { describe, expect, test } from 'vitest';
import { ensureFeatures, features } from '../features.ts';
import { ingest } from '../ingest/ingest.ts';
import { checkFiles } from '../ingest/profile.ts';
import { rawRows, testDuckDB, testWorkspaces } from '../workspace.test-support.ts';

const duckdb = testDuckDB();
const createWorkspace = testWorkspaces(duckdb);

/** @param region SQL over the rows of 4 stores, S1 to S4 */
const withRegion = (region: string, name = 'region'): string =>
  `SELECT *, ${region} AS "${name}" FROM (${rawRows({ stores: 4 })})`;
const NAMED = { features: 'Extended', columns: { region: 'region' } } as const;

/** @param city SQL over the rows of one of the 4 stores */
const of = (store: string, city: string): string =>
  `SELECT *, ${city} AS city FROM (${rawRows({ stores: 4 })}) WHERE store_id = '${store}'`;

const RATES = `SELECT store_id, region, count(region_product_stockout_rate) AS known
  FROM {table} GROUP BY ALL ORDER BY store_id`;

describe('the region of a store', () => {
  test('is text of any kind, blanks around it do not count, and stores without one have no means of it', async () => {
    const { context, parquet, query } = await createWorkspace(NAMED);
    const texts = `CASE store_id WHEN 'S1' THEN 'NULL' WHEN 'S2' THEN ' l''été "; -- 雨 🏬 ' WHEN 'S3' THEN '  ' END`;
    const ingested = await ingest(context, [await parquet('x.parquet', withRegion(texts))]);
    expect(ingested).toMatchObject({ rows: 160, rejected: 0 });
    await features(context);
    expect(await query('features', RATES)).toEqual([
      { store_id: 'S1', region: 'NULL', known: 40 },
      { store_id: 'S2', region: `l'été "; -- 雨 🏬`, known: 40 },
      { store_id: 'S3', region: null, known: 0 },
      { store_id: 'S4', region: null, known: 0 },
    ]);
  });

  test('may be a number under a name of its own, also when it is named after its rows were ingested', async () => {
    const workspace = await createWorkspace({ features: 'Extended' });
    const { context, parquet, query } = workspace;
    const cities = withRegion(`CASE WHEN store_id < 'S3' THEN 7 ELSE 2 ** 60 END::BIGINT`, 'city');
    await ingest(context, [await parquet('x.parquet', cities)]);
    await using before = await ensureFeatures(context);
    expect(before.features.filter((name) => name.startsWith('region'))).toEqual([]);
    context.model.spec.data.columns = { region: 'city' };
    await using after = await ensureFeatures(context);
    expect(after.features.filter((name) => !before.features.includes(name))).toEqual([
      'region_product_stockout_rate',
    ]);
    const known = await query<{ region: string }>('features', RATES);
    expect(known.map(({ region }) => region)).toEqual([
      '7',
      '7',
      '1152921504606846976',
      '1152921504606846976',
    ]);
  });

  test('with a NUL character rejects its row by name', async () => {
    const { context, parquet } = await createWorkspace(NAMED);
    const nul = withRegion(`CASE WHEN store_id = 'S1' THEN 'a' || chr(0) ELSE 'b' END`);
    const { reasons } = await ingest(context, [await parquet('x.parquet', nul)]);
    expect(reasons).toMatchObject([{ reason: 'region has a NUL character', rows: 40 }]);
  });

  test('is no column that the spec does not name, whatever it is called', async () => {
    const { context, parquet, query } = await createWorkspace({ features: 'Extended' });
    await ingest(context, [await parquet('x.parquet', withRegion("'north'"))]);
    await features(context);
    const columns = await query<{ column_name: string }>('features', 'DESCRIBE FROM {table}');
    expect(columns.map(({ column_name }) => column_name)).not.toContain('region');
  });

  test('is the same as a whole number of any type and as its text with a zero after the point; a fraction is none', async () => {
    const { context, parquet, folder, query } = await createWorkspace({
      features: 'Extended',
      columns: { region: 'city' },
    });
    await ingest(context, [await parquet('bigint.parquet', of('S1', '7::BIGINT'))]);
    await ingest(context, [await parquet('double.parquet', of('S2', '7::DOUBLE'))]);
    await duckdb.db.run(`COPY (${of('S3', "'7.00'")}) TO '${folder}/text.csv' (HEADER)`);
    await ingest(context, [`${folder}/text.csv`]);
    const mixed = of('S4', 'CASE WHEN promo = 1 THEN 7.5 END::DOUBLE');
    const { reasons } = await ingest(context, [await parquet('fraction.parquet', mixed)]);
    expect(reasons).toMatchObject([{ reason: 'city is neither text nor a whole number' }]);
    await features(context);
    expect(await query('features', 'SELECT DISTINCT region FROM {table} ORDER BY region')).toEqual([
      { region: '7' },
      { region: null },
    ]);
  });
});

test('a check tells what a region is like and which features it makes, by the covariates with history', async () => {
  const covariates = [{ column: 'inventory_of_others', history: true }];
  const { context, parquet } = await createWorkspace({ ...NAMED, covariates });
  const select = `SELECT *, inventory AS inventory_of_others FROM (${withRegion(`CASE WHEN store_id < 'S4' THEN 'north' END`)})`;
  const profile = await checkFiles([await parquet('x.parquet', select)], context);
  expect(profile.columns.find(({ name }) => name === 'region')).toMatchObject({
    type: 'VARCHAR',
    nulls: 40,
    min: 'north',
    max: 'north',
    used: true,
  });
  expect(profile.features.filter((name) => name.startsWith('region'))).toEqual([
    'region_product_inventory_of_others',
    'region_product_inventory_of_others_roll7_avg',
    'region_product_inventory_of_others_mean',
    'region_product_stockout_rate',
  ]);
});
