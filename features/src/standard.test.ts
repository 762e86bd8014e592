import { STANDARD_FEATURES } from '@stockout/contracts';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import documentation from '../sql/standard.json' with { type: 'json' };
import { type DuckDB, openDuckDB } from './duckdb.ts';
import { type RawDay, referenceFeatures } from './reference.test-support.ts';
import { describeFeature, renderStandardFeatures } from './standard.ts';

let db: DuckDB;
beforeAll(async () => {
  db = await openDuckDB({ threads: 1 });
});
afterAll(() => db[Symbol.asyncDispose]());

const ALL = ['store_id', 'product_id', 'date', 'price', 'promo', 'daily_sales', 'inventory', 'stockout'];

describe('what is rendered', () => {
  test('holds every Standard feature in model order when no column is missing', () => {
    expect(renderStandardFeatures(ALL, 7).features).toEqual(STANDARD_FEATURES);
  });

  test.each([
    ['price', ['price']],
    ['promo', ['promo', 'promo_lag_1', 'promo_roll7_sum']],
    ['inventory', ['inventory', 'inv_lag_1', 'inv_to_sales_ratio', 'low_inventory_flag']],
    [
      'daily_sales',
      'daily_sales sales_lag_1 sales_lag_3 sales_lag_7 sales_roll7_avg sales_roll7_sum sales_roll14_avg inv_to_sales_ratio'.split(
        ' ',
      ),
    ],
  ])('without %s leaves out what is made of it and still runs', async (missing, leftOut) => {
    const columns = ALL.filter((column) => column !== missing);
    const { features, sql } = renderStandardFeatures(columns, 7);
    expect(features).toEqual(STANDARD_FEATURES.filter((name) => !leftOut.includes(name)));
    const types = columns.map(
      (column) =>
        `CAST(NULL AS ${column === 'date' ? 'DATE' : column.endsWith('id') ? 'VARCHAR' : 'INT'}) AS ${column}`,
    );
    expect(await db.rows(`WITH raw AS (SELECT ${types.join(', ')}) ${sql}`)).toHaveLength(1);
  });

  test('names the label after the horizon', async () => {
    expect(renderStandardFeatures(ALL, 14).label).toBe('label_stockout_next_14d');
    const rows = await run([day(0), day(1), day(2, { stockout: 1 }), day(3)], 2);
    expect(rows.map((row) => row['label_stockout_next_2d'])).toEqual([1, 1, null, null]);
  });

  test('is documented, column by column, and nothing else is', async () => {
    const { sql } = renderStandardFeatures(ALL, 7);
    const columns = await db.rows<{ column_name: string }>(`DESCRIBE ${withRaw([day(0)], sql)}`);
    expect(documentation.columns.map(({ name }) => name)).toEqual(
      columns.map(({ column_name }) => column_name),
    );
    for (const name of STANDARD_FEATURES) expect(describeFeature(name)).toMatch(/\.$/);
  });
});

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

  test('a stockout of today is no reason for a label of today', async () => {
    const rows = await run([day(0, { stockout: 1 }), ...range(1, 7).map((number) => day(number))]);
    expect(rows[0]?.['label_stockout_next_7d']).toBe(0);
  });

  test('the label is 1 as soon as one of the next 7 days is a stockout, even where others are missing', async () => {
    const rows = await run([day(0), day(7, { stockout: 1 }), day(20), day(28, { stockout: 1 })]);
    expect(pick(rows, 'label_stockout_next_7d')).toEqual([1, null, null, null]);
  });

  test('the label is 0 only when all of the next 7 days are there, null with a gap or at the end', async () => {
    const whole = await run(range(0, 8).map((number) => day(number)));
    expect(pick(whole, 'label_stockout_next_7d')).toEqual([0, 0, ...Array(7).fill(null)]);
    const gap = await run(
      range(0, 8)
        .filter((number) => number !== 4)
        .map((number) => day(number)),
    );
    expect(pick(gap, 'label_stockout_next_7d')).toEqual(Array(8).fill(null));
  });

  test('a series knows nothing of another store or product', async () => {
    const rows = await run([
      day(0, { daily_sales: 9, stockout: 1 }),
      day(1, { series: 'S1:P2' }),
      day(1, { series: 'S2:P1' }),
    ]);
    expect(pick(rows, 'sales_lag_1')).toEqual([null, null, null]);
  });
});

describe('on random series with gaps', () => {
  test('equals the naive reference', async () => {
    await fc.assert(
      fc.asyncProperty(gappyDays(), fc.integer({ min: 1, max: 9 }), async (rows, horizon) => {
        const expected = referenceFeatures(sorted(rows), horizon);
        const actual = await run(rows, horizon);
        for (const [i, row] of actual.entries()) {
          for (const name of STANDARD_FEATURES)
            expect.soft([name, row[name]]).toEqual([name, expected[i]?.[name]]);
          expect(row[`label_stockout_next_${horizon}d`]).toBe(expected[i]?.['label']);
        }
      }),
      { numRuns: 25 },
    );
  });

  test('whatever happens after a day leaves its features as they are', async () => {
    await fc.assert(
      fc.asyncProperty(
        gappyDays(),
        gappyDays(),
        fc.integer({ min: 0, max: 24 }),
        async (rows, others, today) => {
          const past = rows.filter((row) => row.day <= today);
          fc.pre(past.length > 0);
          const future = others.filter((row) => row.day > today);
          const before = featuresUpTo(today, await run(rows));
          expect(featuresUpTo(today, await run([...past, ...future]))).toEqual(before);
        },
      ),
      { numRuns: 25 },
    );
  });
});

function day(number: number, values: Partial<RawDay> = {}): RawDay {
  return {
    series: 'S1:P1',
    day: number,
    price: 9,
    promo: 0,
    daily_sales: 1,
    inventory: 20,
    stockout: 0,
    ...values,
  };
}

function gappyDays(): fc.Arbitrary<RawDay[]> {
  // Quarters add up exactly in binary, in any order.
  const quarters = fc.option(
    fc.integer({ min: 0, max: 200 }).map((value) => value / 4),
    { freq: 6 },
  );
  const row = fc.record({
    series: fc.constantFrom('S1:P1', 'S1:P2', 'S2:P1'),
    day: fc.integer({ min: 0, max: 24 }),
    price: quarters,
    promo: fc.option(fc.constantFrom(0, 1), { freq: 6 }),
    daily_sales: quarters,
    inventory: quarters,
    stockout: fc.constantFrom(0 as const, 1 as const),
  });
  return fc.uniqueArray(row, {
    minLength: 1,
    maxLength: 45,
    selector: (value) => `${value.series} ${value.day}`,
  });
}

function sorted(rows: RawDay[]): RawDay[] {
  return rows.toSorted((a, b) => a.series.localeCompare(b.series) || a.day - b.day);
}

type FeatureRow = Record<string, number | string | null>;

async function run(rows: RawDay[], horizon = 7): Promise<FeatureRow[]> {
  const { sql } = renderStandardFeatures(ALL, horizon);
  return db.rows(`SELECT * FROM (${withRaw(rows, sql)}) ORDER BY store_id, product_id, date`);
}

function withRaw(rows: RawDay[], sql: string): string {
  const values = rows.map(({ series, day: number, price, promo, daily_sales, inventory, stockout }) => {
    const [store, product] = series.split(':');
    const numbers = [price, promo, daily_sales, inventory, stockout]
      .map((value) => value ?? 'NULL')
      .join(', ');
    return `('${store}', '${product}', DATE '2025-01-01' + ${number}, ${numbers})`;
  });
  const literal = values.join(', ');
  const select = ALL.map((name, i) => (i < 3 ? name : `CAST(${name} AS DOUBLE) AS ${name}`)).join(', ');
  return `WITH raw AS (SELECT ${select} FROM (VALUES ${literal}) AS t(${ALL.join(', ')})) ${sql}`;
}

function featuresUpTo(today: number, rows: FeatureRow[]): FeatureRow[] {
  const limit = new Date(Date.UTC(2025, 0, 1 + today)).toISOString().slice(0, 10);
  const past = rows.filter((row) => String(row['date']) <= limit);
  for (const row of past) delete row['label_stockout_next_7d'];
  return past;
}

function pick(rows: FeatureRow[], name: string): unknown[] {
  return rows.map((row) => row[name]);
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}
