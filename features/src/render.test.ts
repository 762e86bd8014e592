import { InputError, STANDARD_FEATURES } from '@stockout/contracts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { STANDARD_COLUMNS, EXTENDED_COLUMNS, describeFeature } from './documentation.ts';
import { type DuckDB, openDuckDB } from './duckdb.ts';
import { COLUMNS, COVARIATES, EXTENDED, STANDARD, day, rawSelect, run } from './raw-days.test-support.ts';
import { renderFeatures } from './render.ts';
import { forEachCovariate } from './template.ts';

let db: DuckDB;
beforeAll(async () => {
  db = await openDuckDB({ threads: 1 });
});
afterAll(() => db[Symbol.asyncDispose]());

describe('what is rendered', () => {
  test('holds every Standard feature in model order when no column is missing', () => {
    expect(renderFeatures(STANDARD).features).toEqual(STANDARD_FEATURES);
  });

  test('holds the covariates after the Standard features, and then what Extended adds', () => {
    const { features } = renderFeatures(EXTENDED);
    expect(features.slice(0, 18)).toEqual([...STANDARD_FEATURES, 'hours', 'rain', 'stockout_lag_1']);
    expect(features.filter((name) => name.includes('rain'))).toEqual(['rain']);
    expect(features.filter((name) => name.includes('hours'))).toHaveLength(1 + 5 + 4 + 2 + 3);
    expect(features).toHaveLength(15 + 2 + 8 + 1 + 4 + 9 + 5 + 4);
  });

  test.each([
    ['price', ['price']],
    [
      'region',
      [
        'region_product_hours',
        'region_product_hours_roll7_avg',
        'region_product_hours_mean',
        'region_product_stockout_rate',
      ],
    ],
    ['promo', ['promo', 'promo_lag_1', 'promo_roll7_sum']],
    ['inventory', ['inventory', 'inv_lag_1', 'inv_to_sales_ratio', 'low_inventory_flag']],
    [
      'daily_sales',
      'daily_sales sales_lag_1 sales_lag_3 sales_lag_7 sales_roll7_avg sales_roll7_sum sales_roll14_avg inv_to_sales_ratio'.split(
        ' ',
      ),
    ],
  ])('without %s leaves out what is made of it and still runs', async (missing, leftOut) => {
    const columns = COLUMNS.filter((column) => column !== missing);
    for (const request of [STANDARD, EXTENDED]) {
      const all = renderFeatures(request).features;
      const { features, sql } = renderFeatures({ ...request, columns });
      expect(features).toEqual(all.filter((name) => !leftOut.includes(name)));
      const raw = `SELECT * EXCLUDE (${missing}) FROM (${rawSelect([day(0)])})`;
      expect(await db.rows(`WITH raw AS (${raw}) ${sql}`)).toHaveLength(1);
    }
  });

  test('names the label after the horizon', async () => {
    expect(renderFeatures({ ...STANDARD, horizonDays: 14 }).label).toBe('label_stockout_next_14d');
    const days = [day(0), day(1), day(2, { stockout: 1 }), day(3)];
    for (const request of [STANDARD, EXTENDED]) {
      const rows = await run(db, days, { ...request, horizonDays: 2 });
      expect(rows.map((row) => row['label_stockout_next_2d'])).toEqual([1, 1, null, null]);
    }
  });

  test.each([
    ['Standard', STANDARD, STANDARD_COLUMNS],
    ['Extended', EXTENDED, EXTENDED_COLUMNS],
  ])('%s is documented, column by column, and nothing else is', async (_, request, documented) => {
    const asked = { ...request, covariates: COVARIATES };
    const names = documented.flatMap(({ name, each }) =>
      each === undefined ? [name] : forEachCovariate(name, each, COVARIATES),
    );
    const [row] = await run(db, [day(0)], asked);
    expect(Object.keys(row ?? {})).toEqual(names);
    for (const name of renderFeatures(asked).features) expect(describeFeature(name)).toMatch(/\.$/);
  });
});

describe('a covariate', () => {
  test('may be called as words of SQL are', async () => {
    const covariates = [{ name: 'order', history: true }];
    const raw = `SELECT *, hours AS "order" FROM (${rawSelect([day(0, { hours: 3 })])})`;
    for (const request of [STANDARD, EXTENDED]) {
      const { sql } = renderFeatures({ ...request, covariates });
      expect(await db.rows(`WITH raw AS (${raw}) ${sql}`)).toMatchObject([{ order: 3 }]);
    }
  });

  test('is described with its name, and by the longest name that fits', () => {
    expect(describeFeature('rain')).toBe('The covariate rain on the day.');
    expect(describeFeature('hours_lag_1')).toBe('hours the day before.');
    expect(describeFeature('hours_mean')).toContain('of this store and product');
    expect(describeFeature('store_hours_mean')).toContain('over all products of the store');
    expect(describeFeature('region_product_hours')).toContain('today over the stores of the region');
    expect(describeFeature('product_hours_mean_rank')).toMatch(
      /^Where the product stands .* mean hours so far/,
    );
  });

  test.each([
    ['2nd "price"', /covariate "2nd \\"price\\"" cannot name a feature: rename the column/],
    ['temperature °C', /letters, digits and underscores/],
    ['Price', /price would be made twice/],
    ['store_id', /store_id would be made twice/],
    ['Region', /region would be made twice/],
    ['region_product_hours', /region_product_hours would be made twice/],
    ['hours_mean', /hours_mean would be made twice: rename the column among the covariates \(hours, rain, h/],
    ['day_of_week', /day_of_week would be made twice/],
  ])('called %s is refused with what to do', (name, message) => {
    const covariates = [...COVARIATES, { name, history: false }];
    expect(() => renderFeatures({ ...EXTENDED, covariates })).toThrow(InputError);
    expect(() => renderFeatures({ ...EXTENDED, covariates })).toThrow(message);
  });
});
