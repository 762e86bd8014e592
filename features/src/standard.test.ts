import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DuckDB, openDuckDB } from './duckdb.ts';
import { type RawDay, STANDARD, day, pick, range, run as runOn } from './raw-days.test-support.ts';

let db: DuckDB;
beforeAll(async () => {
  db = await openDuckDB({ threads: 1 });
});
afterAll(() => db[Symbol.asyncDispose]());

const run = (rows: RawDay[], horizonDays = 7) => runOn(db, rows, { ...STANDARD, horizonDays });

describe('given days, expected', () => {
  test('lags are null where the day they speak of is missing: the day before a gap is not yesterday', async () => {
    const rows = await run([
      day(0, { daily_sales: 5, inventory: 30, promo: 1 }),
      day(2, { daily_sales: 7 }),
      day(3),
    ]);
    expect(pick(rows, 'sales_lag_1')).toEqual([null, null, 7]);
    expect(pick(rows, 'inv_lag_1')).toEqual([null, null, 20]);
    expect(pick(rows, 'promo_lag_1')).toEqual([null, null, 0]);
    expect(pick(rows, 'sales_lag_3')).toEqual([null, null, 5]);
  });

  test('rolling windows reach 7 and 14 calendar days back, today included', async () => {
    const rows = await run([
      day(0, { daily_sales: 10, promo: 1 }),
      day(6, { daily_sales: 2 }),
      day(7, { daily_sales: 4 }),
      day(13),
      day(14),
    ]);
    expect(pick(rows, 'sales_roll7_sum')).toEqual([10, 12, 6, 5, 2]);
    expect(pick(rows, 'sales_roll7_avg')).toEqual([10, 6, 3, 2.5, 1]);
    expect(pick(rows, 'sales_roll14_avg')).toEqual([10, 6, 16 / 3, 17 / 4, 8 / 4]);
    expect(pick(rows, 'promo_roll7_sum')).toEqual([1, 1, 0, 0, 0]);
  });

  test('the ratio adds one to the pace of sales, and low means 10 units or fewer', async () => {
    const rows = await run([
      day(0, { inventory: 10, daily_sales: 4 }),
      day(1, { inventory: 11, daily_sales: 4 }),
    ]);
    expect(pick(rows, 'inv_to_sales_ratio')).toEqual([2, 2.2]);
    expect(pick(rows, 'low_inventory_flag')).toEqual([1, 0]);
  });

  test('returns that make the divisor of the ratio 0 make it null, not infinite', async () => {
    const rows = await run([day(0, { daily_sales: -1 }), day(1, { daily_sales: -3 })]);
    expect(pick(rows, 'inv_to_sales_ratio')).toEqual([null, -20]);
  });

  test('a stockout of today is no reason for a label of today', async () => {
    const rows = await run([day(0, { stockout: 1 }), ...range(1, 7).map((number) => day(number))]);
    expect(rows[0]?.['label_stockout_next_7d']).toBe(0);
  });

  test('the label is 1 as soon as one of the next 7 days is a stockout, even where others are missing', async () => {
    const rows = await run([day(0), day(7, { stockout: 1 }), day(20), day(28, { stockout: 1 })]);
    expect(pick(rows, 'label_stockout_next_7d')).toEqual([1, null, null, null]);
  });

  test('the label is 0 when no stockout is observed and the data goes on for 7 days, null at its end', async () => {
    const rows = await run(range(0, 8).map((number) => day(number)));
    expect(pick(rows, 'label_stockout_next_7d')).toEqual([0, 0, ...Array(7).fill(null)]);
  });

  test('days without a row, of a closed shop or a weekly count, leave the label to the days that there are', async () => {
    const closed = await run([0, 1, 2, 3, 5, 6, 7, 8].map((number) => day(number)));
    expect(pick(closed, 'label_stockout_next_7d')).toEqual([0, 0, ...Array(6).fill(null)]);
    const weekly = await run([day(0), day(7), day(14, { stockout: 1 }), day(21)]);
    expect(pick(weekly, 'label_stockout_next_7d')).toEqual([0, 1, 0, null]);
  });

  test('a week of which no day has a row has no label, nor has one that the data does not reach', async () => {
    const rows = await run([day(0), day(1), day(9), day(16, { series: 'S2:P1' }), day(17)]);
    expect(pick(rows, 'label_stockout_next_7d')).toEqual([0, null, null, null, null]);
  });

  test('a product that is delisted is followed to its end', async () => {
    const rows = await run([day(0), day(1), day(9, { series: 'S2:P1' })]);
    expect(pick(rows, 'label_stockout_next_7d')).toEqual([0, null, null]);
  });

  test('a series knows nothing of another store or product', async () => {
    const rows = await run([
      day(0, { daily_sales: 9, stockout: 1 }),
      day(1, { series: 'S1:P2' }),
      day(1, { series: 'S2:P1' }),
    ]);
    expect(pick(rows, 'sales_lag_1')).toEqual([null, null, null]);
  });

  test('covariates are features as they are on the day', async () => {
    const rows = await runOn(db, [day(0, { rain: 2.5 }), day(1, { rain: null })], {
      ...STANDARD,
      covariates: [{ name: 'rain', history: true }],
    });
    expect(pick(rows, 'rain')).toEqual([2.5, null]);
    expect(rows[0]).not.toHaveProperty('rain_lag_1');
  });
});
