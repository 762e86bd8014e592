import type { RawRows } from '@stockout/contracts';
import type { GivenRows } from '@stockout/features';
import { type FieldError, MAX_ERRORS, WHOLE_BODY, nameOf } from '../features.ts';
import { ColumnReader } from './column-reader.ts';
import { dayText, readValue } from './read-value.ts';

/** Windows reach so many days back, today included; a series whose newest row is older is not of today any more. */
const DAYS = 28;

/** The rows of one request. */
export interface GivenHistory {
  kind: 'rows';
  columns: GivenRows;
  /** Index of the last row of each store x product, in the order in which they come. */
  last: ReadonlyMap<string, number>;
  /** What stands before a row's index in messages. */
  prefix: string;
}

/**
 * Reads a body that was parsed: an array of raw rows, or `{rows, asOf}`.
 * @param mostRows beyond it the request is refused
 */
export function readHistory(
  body: unknown,
  raw: RawRows,
  mostRows: number,
): GivenHistory | { kind: 'wrong'; errors: FieldError[] } {
  const errors: FieldError[] = [];
  const { rows, asOf, prefix } = openBody(body, errors);
  if (rows.length > mostRows) {
    errors.push({
      field: prefix || WHOLE_BODY,
      message: `holds ${rows.length} rows, and at most ${mostRows} are taken at a time: send the series in parts`,
    });
  }
  if (errors.length > 0) return { kind: 'wrong', errors };
  const values = readRows(rows, new ColumnReader(raw), prefix, errors);
  if (errors.length > 0) return { kind: 'wrong', errors };
  const columns = Object.fromEntries(
    raw.columns.map(({ name }, index) => [name, values.map((row) => row[index] ?? null)]),
  );
  const last = lastRows(columns, asOf, prefix, errors);
  return errors.length > 0 ? { kind: 'wrong', errors } : { kind: 'rows', columns, last, prefix };
}

/** How a store x product is named in maps. No key has a NUL. */
export function seriesKey(store: unknown, product: unknown): string {
  return `${String(store)}\0${String(product)}`;
}

interface Opened {
  rows: readonly unknown[];
  /** Days since 1970. */
  asOf: number | undefined;
  prefix: string;
}

function openBody(body: unknown, errors: FieldError[]): Opened {
  const isObject = typeof body === 'object' && body !== null && !Array.isArray(body);
  const { rows, asOf, ...others } = (isObject ? body : { rows: body }) as Record<string, unknown>;
  const prefix = isObject ? 'rows' : '';
  for (const name of Object.keys(others).slice(0, MAX_ERRORS)) {
    errors.push({ field: name.slice(0, 100), message: 'is not known here: send rows and, if wanted, asOf' });
  }
  if (!Array.isArray(rows)) {
    const message = `must be an array of raw rows, not ${rows === undefined ? 'missing' : nameOf(rows)}`;
    errors.push({ field: prefix || WHOLE_BODY, message });
  } else if (rows.length === 0) {
    errors.push({ field: prefix || WHOLE_BODY, message: 'holds no row: send the last days of each series' });
  }
  const day = asOf === undefined ? undefined : readValue('day', asOf);
  if (day !== undefined && 'wrong' in day) errors.push({ field: 'asOf', message: day.wrong });
  const known = day !== undefined && 'value' in day ? Number(day.value) : undefined;
  return { rows: Array.isArray(rows) ? rows : [], asOf: known, prefix };
}

function readRows(
  rows: readonly unknown[],
  reader: ColumnReader,
  prefix: string,
  errors: FieldError[],
): (string | number | null)[][] {
  const values: (string | number | null)[][] = [];
  for (const [index, row] of rows.entries()) {
    if (errors.length >= MAX_ERRORS) break;
    const at = `${prefix}[${index}]`;
    if (typeof row === 'object' && row !== null && !Array.isArray(row)) {
      values.push(reader.read(row as Record<string, unknown>, at, errors));
    } else errors.push({ field: at, message: `must be an object with a raw row, not ${nameOf(row)}` });
  }
  return values;
}

/** Finds the last row of each series; rows that are there twice, in the future or of long ago are wrong. */
function lastRows(
  columns: GivenRows,
  asOf: number | undefined,
  prefix: string,
  errors: FieldError[],
): Map<string, number> {
  const { store_id: stores = [], product_id: products = [], date: dates = [] } = columns;
  const days = dates as readonly number[];
  const newest = asOf ?? days.reduce((latest, day) => Math.max(latest, day), -Infinity);
  const seen = new Map<string, number>();
  const last = new Map<string, number>();
  const complain = (index: number, message: string): void => {
    if (errors.length < MAX_ERRORS) errors.push({ field: `${prefix}[${index}]`, message });
  };
  for (const [index, day] of days.entries()) {
    const series = seriesKey(stores[index], products[index]);
    const twin = seen.get(`${series}\0${day}`);
    if (twin !== undefined) complain(index, `has the store, product and day of ${prefix}[${twin}]`);
    seen.set(`${series}\0${day}`, index);
    if (day > newest) complain(index, `is of ${dayText(day)}, after asOf (${dayText(newest)})`);
    const before = last.get(series);
    if (before === undefined || day > (days[before] as number)) last.set(series, index);
  }
  for (const index of last.values()) {
    const day = days[index] as number;
    if (day > newest - DAYS) continue;
    complain(
      index,
      `is the newest row of its store and product, and ${newest - day} days before ${dayText(newest)}: send rows of the last ${DAYS} days, or ask for it alone`,
    );
  }
  return last;
}
