import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '@stockout/contracts';
import { expect, test } from 'vitest';
import { generate } from './generate.ts';
import { ingest } from './ingest/ingest.ts';
import { checkFiles } from './ingest/profile.ts';
import { testDuckDB, testWorkspaces } from './workspace.test-support.ts';

const duckdb = testDuckDB();
const createWorkspace = testWorkspaces(duckdb);

test('generated data is raw data: every row is good, no day is missing', async () => {
  const { folder, context } = await createWorkspace();
  const out = join(folder, 'new folder', 'raw.parquet');
  expect(await generate({ rows: 5000, seed: 1, out })).toEqual({ rows: 5000, file: out });
  const profile = await checkFiles([out], {});
  expect(profile).toMatchObject({
    rows: 5000,
    rejected: 0,
    leftOut: [],
    gaps: { series: 28, missingDays: 0 },
  });
  expect(profile.columns.map(({ name }) => name).join()).toBe(
    'store_id,product_id,date,price,promo,daily_sales,inventory,stockout',
  );
  expect(await ingest(context, [out])).toMatchObject({ rows: 5000, rejected: 0 });
});

test('the same seed gives the same rows, another seed others, and more rows begin with the same', async () => {
  const { folder } = await createWorkspace();
  const rowsOf = async (name: string, rows: number, seed: number) => {
    await generate({ rows, seed, out: join(folder, name) });
    return duckdb.db.rows(`SELECT * FROM '${join(folder, name)}' ORDER BY store_id, product_id, date`);
  };
  const first = await rowsOf('a.parquet', 400, 7);
  expect(await rowsOf('b.parquet', 400, 7)).toEqual(first);
  expect(await rowsOf('c.parquet', 400, 8)).not.toEqual(first);
  expect((await rowsOf('d.parquet', 800, 7)).slice(0, 360)).toEqual(first.slice(0, 360));
});

test('shelves run empty, are filled again, and promotions sell more', async () => {
  const { folder } = await createWorkspace();
  const out = join(folder, 'raw.parquet');
  await generate({ rows: 54_000, seed: 42, out });
  const [facts] = await duckdb.db.rows<Record<string, number>>(
    `SELECT avg(stockout) AS stockouts, avg(promo) AS promos, avg(daily_sales) FILTER (promo = 1) AS with_promo,
      avg(daily_sales) FILTER (promo = 0) AS without, count_if((inventory = 0) <> (stockout = 1)) AS wrong,
      count_if(before = 1 AND inventory > 0) AS refilled
    FROM (SELECT *, lag(stockout) OVER (PARTITION BY store_id, product_id ORDER BY date) AS before FROM '${out}')`,
  );
  expect(facts?.['stockouts']).toBeGreaterThan(0.05);
  expect(facts?.['stockouts']).toBeLessThan(0.4);
  expect(facts?.['with_promo']).toBeGreaterThan(1.3 * (facts?.['without'] ?? 0));
  expect(facts?.['wrong']).toBe(0);
  expect(facts?.['refilled']).toBeGreaterThan(100);
});

test('a folder, or a place where none can be, is refused by --out', async () => {
  const { folder, file } = await createWorkspace();
  await expect(generate({ rows: 1, seed: 1, out: folder })).rejects.toThrow(`--out ${folder} is a folder`);
  const out = join(await file('taken', ''), 'raw.parquet');
  await expect(generate({ rows: 1, seed: 1, out })).rejects.toThrow(`--out ${out} cannot be written`);
});

test('an abort ends it before the file is made', async () => {
  const { folder } = await createWorkspace();
  const out = join(folder, 'raw.parquet');
  const abort = new AbortController();
  const report = () => abort.abort(new Error('enough'));
  await expect(generate({ rows: 1_000_000, seed: 1, out, signal: abort.signal, report })).rejects.toThrow(
    'enough',
  );
  expect(existsSync(out)).toBe(false);
});

test.each([0, -5, 1.5, Number.NaN])('%s rows are refused before a file is made', async (rows) => {
  const { folder } = await createWorkspace();
  const out = join(folder, 'raw.parquet');
  await expect(generate({ rows, seed: 1, out })).rejects.toThrow(InputError);
  expect(existsSync(out)).toBe(false);
});
