import { quoteLiteral } from '@stockout/features';
import type { Dialect, FoundColumn } from './source-columns.ts';

interface Check {
  alias: string;
  reason: string;
  /** SQL over `raw_<alias>` (as in the file) and `<alias>` (as staged). */
  fails: string;
}

/** Days outside of these are typing errors, markers like 9999-12-31, or 05-06-07 read as the year 5. */
const [FIRST_DAY, LAST_DAY] = ['1900-01-01', '2199-12-31'];

/**
 * Why a row by itself cannot be used, in the order in which it is told; the first one counts. Negative sales are
 * returns and negative stocks are bookkeeping: both are data.
 */
export function rowChecks(columns: readonly FoundColumn[], dialect: Dialect): Check[] {
  return columns.flatMap((column) => [
    ...(column.required ? [nullCheck(column)] : []),
    ...kindChecks(column, dialect),
  ]);
}

function nullCheck({ source, alias, kind }: FoundColumn): Check {
  const raw = rawName(alias);
  // Only what could not be read is looked at: most is there.
  const blank = kind === 'key' ? '' : ` AND (${raw} IS NULL OR trim(CAST(${raw} AS STRING)) = '')`;
  return { alias, reason: `${source} is null`, fails: `${alias} IS NULL${blank}` };
}

function kindChecks({ source, alias, kind }: FoundColumn, dialect: Dialect): Check[] {
  const check = (reason: string, fails: string) => ({ alias, reason: `${source} ${reason}`, fails });
  const unreadable = `${rawName(alias)} IS NOT NULL AND ${alias} IS NULL`;
  // SQL and many a program take it for the end of the text.
  const nul = check('has a NUL character', `contains(${alias}, chr(0))`);
  if (kind === 'text') {
    const isThere = `trim(CAST(${rawName(alias)} AS STRING)) <> ''`;
    return [check('is neither text nor a whole number', `${unreadable} AND ${isThere}`), nul];
  }
  if (kind === 'key') return [nul];
  if (kind === 'day') {
    return [
      check(`is not a date${formatHint(dialect)}`, unreadable),
      check(
        'is not between 1900 and 2199',
        `${alias} NOT BETWEEN DATE '${FIRST_DAY}' AND DATE '${LAST_DAY}'`,
      ),
    ];
  }
  return [
    check('is not a number', unreadable),
    check('is NaN or infinite', `NOT abs(${alias}) < CAST('Infinity' AS DOUBLE)`),
    ...(kind === 'price' ? [check('is negative', `${alias} < 0`)] : []),
    ...(kind === 'flag' ? [check('is neither 0 nor 1', `${alias} NOT IN (0, 1)`)] : []),
  ];
}

function formatHint({ dateFormat }: Dialect): string {
  return dateFormat === undefined ? '' : ` as ${dateFormat}`;
}

export function rawName(alias: string): string {
  return `raw_${alias}`;
}

/** `CASE WHEN ... THEN <told> ... END`, null for a good row. */
export function firstFailing(checks: readonly Check[], told: (check: Check) => string): string {
  return `CASE ${checks.map((check) => `WHEN ${check.fails} THEN ${told(check)}`).join(' ')} END`;
}

export function toldReason({ reason }: Check): string {
  return quoteLiteral(reason);
}

export function toldValue({ alias }: Check): string {
  return `CAST(${rawName(alias)} AS VARCHAR)`;
}
