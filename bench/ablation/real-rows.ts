// FreshRetailNet's 60 stores as Extended features, split by days as the reference figures are: the last 14 labelled days
// test; three windows of 14 days before those validate, of which the last ends where the label's horizon reaches no test
// day, and the others a week and two earlier; each is purged from what comes before it by the label's horizon.
import { type Covariate, openDuckDB, quoteLiteral, renderFeatures } from '@stockout/features';
import { type FeatureMatrix, readFeatureMatrix } from '@stockout/pipeline/feature-matrix';

const HORIZON_DAYS = 7;
const TEST_DAYS = 14;
const WEEKS_EARLIER = [0, 1, 2];

/** As the data has them; promo is a discount. */
const COVARIATES: readonly Covariate[] = [
  { name: 'discount', history: false },
  { name: 'holiday_flag', history: false },
  { name: 'activity_flag', history: false },
  { name: 'precpt', history: false },
  { name: 'avg_temperature', history: false },
  { name: 'avg_humidity', history: false },
  { name: 'avg_wind_level', history: false },
  { name: 'oos_hours_6_22', history: true },
];

export interface RealRows {
  features: readonly string[];
  /** Rows of these days: days since 1970-01-01, both included. */
  between(first: number, last: number): FeatureMatrix;
  /** The first and last labelled day whose horizon lies within the data. */
  firstDay: number;
  lastDay: number;
}

/** What to learn from and what to judge on. */
export interface Split {
  train: FeatureMatrix;
  held: FeatureMatrix;
}

export async function readRealRows(file: string): Promise<RealRows> {
  await using db = await openDuckDB();
  const { sql, features, label } = renderFeatures({
    set: 'Extended',
    columns: ['store_id', 'product_id', 'date', 'promo', 'daily_sales', 'stockout', 'region'],
    covariates: COVARIATES,
    horizonDays: HORIZON_DAYS,
  });
  const covariates = COVARIATES.map(({ name }) => `CAST(${name} AS DOUBLE) AS ${name}`).join(', ');
  const raw = `SELECT CAST(store_id AS VARCHAR) AS store_id, CAST(product_id AS VARCHAR) AS product_id, CAST(city_id AS VARCHAR) AS region, dt AS date,
    CAST(discount < 1 AS INT) AS promo, sale_amount AS daily_sales, CAST(oos_hours_6_22 >= 16 AS INT) AS stockout, ${covariates}
    FROM ${quoteLiteral(file)}`;
  await db.run(`CREATE TABLE features AS WITH raw AS (${raw}) ${sql}`);
  const where = `${label} IS NOT NULL AND date <= (SELECT max(date) - ${HORIZON_DAYS} FROM features)`;
  const all = await readFeatureMatrix(db, { relation: 'features', features, label, where });
  const days = [...new Set(all.days)].toSorted((a, b) => a - b);
  return {
    features,
    firstDay: days[0] as number,
    lastDay: days.at(-1) as number,
    between: (first, last) => pickRows(all, (row) => within(all.days[row] as number, first, last)),
  };
}

/** Test days are read by whoever reports, never by whoever chooses. */
export function testSplit({ between, firstDay, lastDay }: RealRows): Split {
  const start = lastDay - TEST_DAYS + 1;
  return { train: between(firstDay, start - HORIZON_DAYS - 1), held: between(start, lastDay) };
}

/** Several, since what helps in one window alone is luck: at the end of spring stockouts grow rarer from week to week. */
export function validationSplits({ between, firstDay, lastDay }: RealRows): Split[] {
  return WEEKS_EARLIER.map((weeks) => {
    const end = lastDay - TEST_DAYS - HORIZON_DAYS - 7 * weeks;
    const start = end - TEST_DAYS + 1;
    return { train: between(firstDay, start - HORIZON_DAYS - 1), held: between(start, end) };
  });
}

/** Just these features, in their order. */
export function withFeatures(matrix: FeatureMatrix, names: readonly string[]): FeatureMatrix {
  const at = names.map((name) => matrix.features.indexOf(name));
  const values = new Float32Array(matrix.rows * names.length);
  for (let row = 0, to = 0; row < matrix.rows; row++) {
    for (const column of at) values[to++] = matrix.values[row * matrix.features.length + column] as number;
  }
  return { ...matrix, features: names, values };
}

function pickRows(matrix: FeatureMatrix, wanted: (row: number) => boolean): FeatureMatrix {
  const rows = Array.from({ length: matrix.rows }, (_, row) => row).filter(wanted);
  const width = matrix.features.length;
  const values = new Float32Array(rows.length * width);
  rows.forEach((row, i) => values.set(matrix.values.subarray(row * width, (row + 1) * width), i * width));
  const labels = Float32Array.from(rows, (row) => matrix.labels[row] as number);
  const days = Int32Array.from(rows, (row) => matrix.days[row] as number);
  return { ...matrix, rows: rows.length, values, labels, days };
}

function within(day: number, first: number, last: number): boolean {
  return day >= first && day <= last;
}
