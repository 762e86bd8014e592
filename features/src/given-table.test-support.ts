import type { FeaturesRequest } from './render.ts';
import { EXTENDED, type FeatureRow, type RawDay, day, run } from './raw-days.test-support.ts';
import type { DuckDB } from './duckdb.ts';

type Values = Record<string, string | number | null>;

/**
 * A table as people write it: names in the first line, a row a line, `-` for null. Columns of raw rows that are left
 * out have quiet values: a series S1:P1 that sells one a day and never runs out.
 */
export function table(text: string): Values[] {
  const [names = [], ...rows] = text
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/));
  return rows.map((cells) => Object.fromEntries(names.map((name, i) => [name, valueOf(cells[i] ?? '-')])));
}

/** The features of the `given` rows, of which just the columns of `expected` are kept, in the order of series and day. */
export async function featuresOf(
  db: DuckDB,
  given: string,
  expected: string,
  request: FeaturesRequest = EXTENDED,
): Promise<Values[]> {
  const rows = table(given).map(({ day: number, ...values }) =>
    day(Number(number), values as Partial<RawDay>),
  );
  const names = Object.keys(table(expected)[0] ?? {});
  return (await run(db, rows, request)).map((row) => pickAll(row, names));
}

function pickAll(row: FeatureRow, names: readonly string[]): Values {
  const keys: FeatureRow = { series: `${row['store_id']}:${row['product_id']}`, day: dayNumber(row['date']) };
  return Object.fromEntries(names.map((name) => [name, { ...row, ...keys }[name] ?? null]));
}

function dayNumber(date: unknown): number {
  return (Date.parse(String(date)) - Date.UTC(2025, 0, 1)) / 86_400_000;
}

/** Fractions may be written as such: 16/3. */
function valueOf(cell: string): string | number | null {
  if (cell === '-') return null;
  const [over, under = 1] = cell.split('/').map(Number);
  return over === undefined || Number.isNaN(over) ? cell : over / under;
}
