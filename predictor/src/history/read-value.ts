import type { RawColumn } from '@stockout/contracts';
import { nameOf } from '../features.ts';

/** A value as DuckDB takes it, or what is wrong with it, in words that follow the field's name. */
export type Value = { value: string | number | null } | { wrong: string };

const WHOLE = /^(-?\d+)\.0+$/;
const DAY = /^(\d{4}-\d{2}-\d{2})(T00:00(:00(\.0{1,9})?)?Z?)?$/;
const DAY_MS = 86_400_000;
/** Days outside of these are typing errors or markers: ingest refuses them too. */
const [FIRST_DAY, LAST_DAY] = [Date.UTC(1900, 0, 1) / DAY_MS, Date.UTC(2199, 11, 31) / DAY_MS];

/** Reads what JSON has for a column of raw rows; the same values are accepted as by `stockout ingest`. */
export function readValue(kind: RawColumn['kind'], value: unknown): Value {
  if (kind === 'key') return readKey(value);
  if (kind === 'text') return readText(value);
  if (kind === 'day') return readDay(value);
  return readNumber(kind, value);
}

/** @returns ISO */
export function dayText(days: number): string {
  return new Date(days * DAY_MS).toISOString().slice(0, 10);
}

/** Numbers and text name the same store: 7 is "7". */
function readKey(value: unknown): Value {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return { value: String(value) };
  if (typeof value !== 'string') return { wrong: `must be text or a whole number, not ${nameOf(value)}` };
  const key = value.toWellFormed().trim();
  if (key === '') return { wrong: 'is empty' };
  return key.includes('\0') ? { wrong: 'has a NUL character' } : { value: key };
}

/** What is blank says nothing, and 7.0 is 7, as in `stockout ingest`. */
function readText(value: unknown): Value {
  const isBlank = value === null || (typeof value === 'string' && value.trim() === '');
  if (isBlank) return { value: null };
  const read = readKey(value);
  const [, whole] = ('value' in read && WHOLE.exec(String(read.value))) || [];
  return whole !== undefined && isBigint(whole) ? { value: whole } : read;
}

function isBigint(whole: string): boolean {
  return BigInt.asIntN(64, BigInt(whole)) === BigInt(whole);
}

/** Days since 1970. pandas writes a day as its midnight. */
function readDay(value: unknown): Value {
  const [, text] = (typeof value === 'string' && DAY.exec(value)) || [];
  const days = text === undefined ? Number.NaN : Date.parse(text) / DAY_MS;
  // 2025-02-30 is read as the 2nd of March.
  if (Number.isNaN(days) || dayText(days) !== text) return { wrong: 'must be a day, as "2025-12-31"' };
  if (days < FIRST_DAY || days > LAST_DAY) return { wrong: 'is not between 1900 and 2199' };
  return { value: days };
}

function readNumber(kind: RawColumn['kind'], value: unknown): Value {
  const countable = kind === 'flag' || kind === 'number';
  if (countable && typeof value === 'boolean') return { value: Number(value) };
  if (value === null) return { value };
  if (typeof value !== 'number') return { wrong: `must be a number or null, not ${nameOf(value)}` };
  if (!Number.isFinite(Math.fround(value))) {
    return { wrong: 'must be a finite 32-bit number (at most 3.4e38)' };
  }
  if (kind === 'price' && value < 0) return { wrong: 'is negative' };
  if (kind === 'flag' && value !== 0 && value !== 1) return { wrong: 'is neither 0 nor 1' };
  return { value };
}
