import * as fc from 'fast-check';
import type { DuckDB } from './duckdb.ts';
import { quoteLiteral } from './quote.ts';
import { type FeaturesRequest, renderFeatures } from './render.ts';

/** A raw row in plain numbers; `day` counts from 2025-01-01, a Wednesday. */
export interface RawDay {
  /** store:product */
  series: string;
  day: number;
  price: number | null;
  promo: number | null;
  daily_sales: number | null;
  inventory: number | null;
  stockout: 0 | 1;
  region: string | null;
  /** A covariate with history. */
  hours: number | null;
  /** A covariate without. */
  rain: number | null;
}

export const COLUMNS = [
  'store_id',
  'product_id',
  'date',
  'price',
  'promo',
  'daily_sales',
  'inventory',
  'stockout',
  'region',
];
export const COVARIATES = [
  { name: 'hours', history: true },
  { name: 'rain', history: false },
];
export const STANDARD = { set: 'Standard', columns: COLUMNS, horizonDays: 7 } as const;
export const EXTENDED = {
  set: 'Extended',
  columns: COLUMNS,
  covariates: COVARIATES,
  horizonDays: 7,
} as const;

export type FeatureRow = Record<string, number | string | null>;

/** The features of these rows, in the order of series and day. */
export function run(
  db: DuckDB,
  rows: readonly RawDay[],
  request: FeaturesRequest = STANDARD,
): Promise<FeatureRow[]> {
  const { sql } = renderFeatures(request);
  return db.rows(
    `WITH raw AS (${rawSelect(rows)}) SELECT * FROM (${sql}) ORDER BY store_id, product_id, date`,
  );
}

/** The rows as a SELECT of the relation that the feature SQL reads. */
export function rawSelect(rows: readonly RawDay[]): string {
  const values = rows.map(({ series, day: number, ...row }) => {
    const [store, product] = series.split(':');
    const numbers = NUMBERS.map((name) => row[name] ?? 'NULL').join(', ');
    const region = row.region === null ? 'NULL' : quoteLiteral(row.region);
    return `('${store}', '${product}', DATE '2025-01-01' + ${number}, ${region}, ${numbers})`;
  });
  const numbers = NUMBERS.map((name) => `CAST(${name} AS DOUBLE) AS ${name}`).join(', ');
  const names = ['store_id', 'product_id', 'date', 'region', ...NUMBERS].join(', ');
  return `SELECT store_id, product_id, date, CAST(region AS VARCHAR) AS region, ${numbers} FROM (VALUES ${values.join(', ')}) AS t(${names})`;
}

const NUMBERS = ['price', 'promo', 'daily_sales', 'inventory', 'stockout', 'hours', 'rain'] as const;

export function day(number: number, values: Partial<RawDay> = {}): RawDay {
  return {
    series: 'S1:P1',
    day: number,
    price: 9,
    promo: 0,
    daily_sales: 1,
    inventory: 20,
    stockout: 0,
    region: null,
    hours: 0,
    rain: 0,
    ...values,
  };
}

const ROW = fc.record({
  series: fc.constantFrom('S1:P1', 'S1:P2', 'S2:P1'),
  day: fc.integer({ min: 0, max: 34 }),
  price: quarters(),
  promo: fc.option(fc.constantFrom(0, 1), { freq: 6 }),
  daily_sales: quarters(),
  inventory: quarters(),
  stockout: fc.constantFrom(0 as const, 1 as const),
  // Not always that of its store: shops move, and of some it is not known.
  region: fc.constantFrom('north', "l'été; -- 雨 🏬", null),
  hours: quarters(),
  rain: quarters(),
});

/** Series of which days are missing, with nulls in them. */
export function gappyDays(): fc.Arbitrary<RawDay[]> {
  return fc.uniqueArray(ROW, {
    minLength: 1,
    maxLength: 60,
    selector: (row) => `${row.series} ${row.day}`,
  });
}

/** Series that begin and end on days of their own and lack none between, with nulls in them. */
export function gaplessDays(): fc.Arbitrary<RawDay[]> {
  const series = fc.tuple(fc.integer({ min: 0, max: 9 }), fc.array(ROW, { minLength: 1, maxLength: 40 }));
  return fc
    .tuple(series, series, series)
    .map((all) =>
      all.flatMap(([first, rows], i) =>
        rows.map((row, number) => ({ ...row, day: first + number, series: `S${(i % 2) + 1}:P${i}` })),
      ),
    );
}

/** Quarters add up exactly in binary, in any order. */
function quarters(): fc.Arbitrary<number | null> {
  return fc.option(
    fc.integer({ min: -20, max: 200 }).map((value) => value / 4),
    { freq: 6 },
  );
}

export function pick(rows: readonly FeatureRow[], name: string): unknown[] {
  return rows.map((row) => row[name]);
}

export function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}
