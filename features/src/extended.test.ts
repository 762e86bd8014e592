import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DuckDB, openDuckDB } from './duckdb.ts';
import { featuresOf, table } from './given-table.test-support.ts';

let db: DuckDB;
beforeAll(async () => {
  db = await openDuckDB({ threads: 1 });
});
afterAll(() => db[Symbol.asyncDispose]());

/** Day 0 is Wednesday, 2025-01-01; `-` is null. */
const CASES: { what: string; given: string; expected: string }[] = [
  {
    what: 'stockout_lag_1, _3 and _7 speak of those very days, and are null where they are missing',
    given: `
      day stockout
      0   1
      1   0
      3   1
      4   0
      7   0
      8   0`,
    expected: `
      day stockout_lag_1 stockout_lag_3 stockout_lag_7
      0   -              -              -
      1   1              -              -
      3   -              1              -
      4   1              0              -
      7   -              0              1
      8   0              -              0`,
  },
  {
    what: 'stockout rolls reach 7, 14 and 28 calendar days back, today included, and days_observed counts their rows',
    given: `
      day stockout
      0   1
      6   1
      7   1
      13  0
      14  1
      27  0
      28  0`,
    expected: `
      day stockout_roll7_sum stockout_roll14_sum stockout_roll28_sum days_observed
      0   1                  1                   1                   1
      6   2                  2                   2                   2
      7   2                  3                   3                   3
      13  1                  3                   3                   4
      14  1                  3                   4                   5
      27  0                  1                   4                   6
      28  0                  0                   3                   6`,
  },
  {
    what: 'days_since_stockout counts calendar days from the last one, 0 on the day itself, null before the first',
    given: `
      day stockout
      0   0
      2   1
      3   0
      9   0
      10  1
      11  1`,
    expected: `
      day days_since_stockout
      0   -
      2   0
      3   1
      9   7
      10  0
      11  0`,
  },
  {
    what: 'day_of_week is 1 on Mondays and 7 on Sundays',
    given: 'day\n 0\n 4\n 5\n 6\n 12',
    expected: 'day day_of_week\n 0 3\n 4 7\n 5 1\n 6 2\n 12 1',
  },
  {
    what: 'the rates of a store are those of all its products, today included, and of no other store',
    given: `
      series day stockout
      S1:P1  0   1
      S1:P1  1   0
      S1:P2  1   1
      S1:P2  2   1
      S1:P1  8   0
      S2:P1  1   0`,
    expected: `
      series day store_stockout_rate store_stockout_roll7_rate
      S1:P1  0   1                   1
      S1:P1  1   2/3                 2/3
      S1:P1  8   3/5                 1/2
      S1:P2  1   2/3                 2/3
      S1:P2  2   3/4                 3/4
      S2:P1  1   0                   0`,
  },
  {
    what: 'the rates of a product are those of all its stores, today included, and of no other product',
    given: `
      series day stockout
      S1:P1  0   1
      S1:P2  0   0
      S2:P1  0   0
      S2:P1  1   0
      S1:P1  7   0`,
    expected: `
      series day product_stockout_rate product_stockout_roll7_rate
      S1:P1  0   1/2                   1/2
      S1:P1  7   1/4                   0
      S1:P2  0   0                     0
      S2:P1  0   1/2                   1/2
      S2:P1  1   1/3                   1/3`,
  },
  {
    what: 'the history of a covariate: yesterday, the last 7 and 28 days, so far; nulls count in none',
    given: `
      day hours
      0   8
      1   -
      2   4
      7   3
      28  6`,
    expected: `
      day hours hours_lag_1 hours_roll7_avg hours_roll28_avg hours_mean
      0   8     -           8               8                8
      1   -     8           8               8                8
      2   4     -           6               6                6
      7   3     -           7/2             5                5
      28  6     -           6               13/3             21/4`,
  },
  {
    what: 'the weekday mean of a covariate is that of the same weekdays so far',
    given: `
      day hours
      0   8
      1   2
      7   4
      8   6
      21  -
      28  3`,
    expected: `
      day hours_weekday_mean
      0   8
      1   2
      7   6
      8   4
      21  6
      28  5`,
  },
  {
    what: "a covariate's means over a store and a product weigh every row alike, so far and over 7 days",
    given: `
      series day hours
      S1:P1  0   6
      S1:P2  0   3
      S1:P3  0   0
      S1:P1  7   9
      S2:P1  7   -
      S2:P1  8   2`,
    expected: `
      series day store_hours_mean store_hours_roll7_avg product_hours_mean product_hours_roll7_avg
      S1:P1  0   3                3                     6                  6
      S1:P1  7   9/2              9                     15/2               9
      S1:P2  0   3                3                     3                  3
      S1:P3  0   3                3                     0                  0
      S2:P1  7   -                -                     15/2               9
      S2:P1  8   2                2                     17/3               11/2`,
  },
  {
    what: 'a product ranks by the share of the other products of the day that run out less often',
    given: `
      series day stockout
      S1:P1  0   0
      S1:P2  0   1
      S1:P3  0   1
      S1:P1  8   0
      S2:P2  8   0
      S1:P3  8   1
      S1:P2  9   0`,
    expected: `
      series day product_stockout_rate_rank product_stockout_roll7_rate_rank
      S1:P1  0   0                          0
      S1:P1  8   0                          0
      S1:P2  0   1/2                        1/2
      S1:P2  9   -                          -
      S1:P3  0   1/2                        1/2
      S1:P3  8   1                          1
      S2:P2  8   1/2                        0`,
  },
  {
    what: 'a product ranks by its mean of a covariate among those that have one, equal means alike however they came about',
    given: `
      series day hours
      S1:P1  0   0.1
      S1:P2  0   0.1
      S2:P2  0   0.1
      S3:P2  0   0.1
      S1:P3  0   9
      S1:P4  0   -
      S1:P4  8   2
      S1:P5  8   -`,
    expected: `
      series day product_hours_mean_rank product_hours_roll7_avg_rank
      S1:P1  0   0                       0
      S1:P2  0   0                       0
      S1:P3  0   1                       1
      S1:P4  0   -                       -
      S1:P4  8   -                       -
      S1:P5  8   -                       -
      S2:P2  0   0                       0
      S3:P2  0   0                       0`,
  },
  {
    what: 'the smoothed rate adds 20 days at the rate of product times store over all, at most 1, to the days there are',
    given: `
      series day stockout
      S1:P1  0   0
      S1:P1  1   1
      S1:P2  1   0
      S1:P3  1   0
      S2:P1  1   0
      S2:P4  1   0
      S3:P1  1   1
      S3:P2  1   0
      S4:P5  2   1`,
    expected: `
      series day stockout_smoothed_rate
      S1:P1  0   0
      S1:P1  1   1/2
      S1:P2  1   0
      S1:P3  1   0
      S2:P1  1   0
      S2:P4  1   0
      S3:P1  1   1
      S3:P2  1   0
      S4:P5  2   1`,
  },
  {
    what: 'the smoothed rate knows the stockouts of the last 28 days, and in what it expects all before',
    given: 'day stockout\n 0 1\n 28 0',
    expected: 'day stockout_smoothed_rate\n 0 1\n 28 10/21',
  },
  {
    what: 'a covariate without history is a feature on the day only',
    given: 'day rain\n 0 1.5\n 1 -',
    expected: 'day rain rain_lag_1\n 0 1.5 -\n 1 - -',
  },
  {
    what: 'the means of a product in a region are those of its rows there, today, in 7 days and so far, and of no other product',
    given: `
      series day region stockout hours
      S1:P1  0   north  1        8
      S2:P1  0   north  0        4
      S3:P1  0   south  0        16
      S1:P2  0   north  1        2
      S2:P1  1   north  0        3
      S1:P1  7   north  1        1
      S3:P1  7   south  0        -`,
    expected: `
      series day region_product_hours region_product_hours_roll7_avg region_product_hours_mean region_product_stockout_rate
      S1:P1  0   6                    6                              6                         1/2
      S1:P1  7   1                    2                              4                         1/2
      S1:P2  0   2                    2                              2                         1
      S2:P1  0   6                    6                              6                         1/2
      S2:P1  1   3                    5                              5                         1/3
      S3:P1  0   16                   16                             16                        0
      S3:P1  7   -                    -                              16                        0`,
  },
  {
    what: 'a row without a region has no means of one and counts in none, and a store that moves is of where it is',
    given: `
      series day region stockout hours
      S1:P1  0   north  1        8
      S2:P1  0   -      0        4
      S1:P1  1   south  0        2
      S2:P1  1   south  1        6
      S1:P1  2   north  0        4`,
    expected: `
      series day region_product_hours region_product_hours_roll7_avg region_product_hours_mean region_product_stockout_rate
      S1:P1  0   8                    8                              8                         1
      S1:P1  1   4                    4                              4                         1/2
      S1:P1  2   4                    6                              6                         1/2
      S2:P1  0   -                    -                              -                         -
      S2:P1  1   4                    4                              4                         1/2`,
  },
];

test.each(CASES)('$what', async ({ given, expected }) => {
  expect(await featuresOf(db, given, expected)).toEqual(table(expected));
});

test('a value that no decimal holds is left out of the means of store and product, and fails nothing', async () => {
  const given = 'series day hours\n S1:P1 0 1e30\n S1:P2 0 2';
  const expected = `
    series day hours hours_mean store_hours_mean product_hours_mean
    S1:P1  0   1e30  1e30       2                -
    S1:P2  0   2     2          2                2`;
  expect(await featuresOf(db, given, expected)).toEqual(table(expected));
});
