import { dataProfileSchema } from '@stockout/contracts';
import { expect, test } from 'vitest';
import { profileData } from './data-profile.ts';
import { testDuckDB } from './workspace.test-support.ts';

const duckdb = testDuckDB();

test('returns, negative stocks, gaps and the share of stockouts are counted', async () => {
  const rows = `(VALUES ('A', 'P', DATE '2025-01-01', 3.0, 5.0, 0), ('A', 'P', DATE '2025-01-05', -2.0, -1.0, 1),
    ('A', 'Q', DATE '2025-01-01', NULL, 0.0, 1), ('B', 'P', DATE '2025-01-02', 0.0, -3.0, 1))
    AS raw (store_id, product_id, date, daily_sales, inventory, stockout)`;
  const profile = await profileData(duckdb.db, rows, ['daily_sales', 'inventory']);
  expect(dataProfileSchema.parse(profile)).toEqual({
    rows: 4,
    stores: 2,
    products: 2,
    series: 3,
    days: 3,
    missingDays: 3,
    stockoutShare: 0.75,
    negativeSales: 1,
    negativeInventory: 2,
  });
});

test('what has no column is not counted as none', async () => {
  const rows = `(VALUES ('A', 'P', DATE '2025-01-01', 0)) AS raw (store_id, product_id, date, stockout)`;
  const profile = await profileData(duckdb.db, rows, []);
  expect(profile).toMatchObject({ rows: 1, stockoutShare: 0 });
  expect(Object.keys(profile)).not.toContain('negativeSales');
});

test('values that are all unknown are none below zero', async () => {
  const rows = `(VALUES ('A', 'P', DATE '2025-01-01', CAST(NULL AS DOUBLE), 0)) AS raw (store_id, product_id, date, daily_sales, stockout)`;
  expect(await profileData(duckdb.db, rows, ['daily_sales'])).toMatchObject({ negativeSales: 0 });
});
