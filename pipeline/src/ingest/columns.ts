import { InputError } from '@stockout/contracts';
import { REQUIRED_COLUMNS, quoteIdentifier, quoteLiteral } from '@stockout/features';

type Kind = 'key' | 'day' | 'amount' | 'flag';

export interface StandardColumn {
  name: string;
  kind: Kind;
  /** In the raw table. */
  type: 'VARCHAR' | 'DATE' | 'DOUBLE' | 'INTEGER';
}

/** The raw table's columns, in its order; a file may lack those that are not required. */
export const STANDARD_COLUMNS: readonly StandardColumn[] = [
  { name: 'store_id', kind: 'key', type: 'VARCHAR' },
  { name: 'product_id', kind: 'key', type: 'VARCHAR' },
  { name: 'date', kind: 'day', type: 'DATE' },
  { name: 'price', kind: 'amount', type: 'DOUBLE' },
  { name: 'promo', kind: 'flag', type: 'INTEGER' },
  { name: 'daily_sales', kind: 'amount', type: 'DOUBLE' },
  { name: 'inventory', kind: 'amount', type: 'DOUBLE' },
  { name: 'stockout', kind: 'flag', type: 'INTEGER' },
];

const REQUIRED: ReadonlySet<string> = new Set(REQUIRED_COLUMNS);

const ACCEPTED: Record<Kind, { types: RegExp; words: string }> = {
  key: { types: /^(VARCHAR|U?(TINY|SMALL|BIG)?INT|U?INTEGER|ENUM.*)$/, words: 'text or whole numbers' },
  day: { types: /^(DATE|TIMESTAMP.*|VARCHAR)$/, words: 'dates, timestamps or ISO text (2025-12-31)' },
  amount: { types: /^(U?(TINY|SMALL|BIG|HUGE)?INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL.*)$/, words: 'numbers' },
  flag: {
    types: /^(BOOLEAN|U?(TINY|SMALL|BIG|HUGE)?INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL.*)$/,
    words: '0 and 1, or false and true',
  },
};

export interface SourceColumn {
  column_name: string;
  column_type: string;
}

/**
 * The standard columns that a file has.
 * @param typed false for CSV, where everything is text that is judged row by row
 * @throws InputError that names the columns that are missing or of a wrong type
 */
export function standardColumnsOf(
  file: string,
  columns: readonly SourceColumn[],
  typed: boolean,
): StandardColumn[] {
  const types = new Map(columns.map(({ column_name, column_type }) => [column_name, column_type]));
  const missing = [...REQUIRED].filter((name) => !types.has(name));
  if (missing.length > 0) {
    const what = missing.length === 1 ? `column ${missing[0]} is` : `columns ${missing.join(', ')} are`;
    throw new InputError(
      `${file}: ${what} missing. It has ${[...types.keys()].join(', ')}: rename its columns to the standard names`,
    );
  }
  const found = STANDARD_COLUMNS.filter(({ name }) => types.has(name));
  for (const { name, kind } of typed ? found : []) {
    const type = types.get(name) ?? '';
    if (!ACCEPTED[kind].types.test(type)) {
      throw new InputError(
        `${file}: column ${name} is ${type}, expected ${ACCEPTED[kind].words}: convert it and try again`,
      );
    }
  }
  return found;
}

/** A column as its staged type; what cannot be read as that is null. Flags stay numbers, so that a 7 is seen. */
export function stagedValue({ name, kind }: StandardColumn): string {
  const column = quoteIdentifier(name);
  if (kind === 'key') return `nullif(trim(CAST(${column} AS VARCHAR)), '')`;
  if (kind === 'day')
    return `coalesce(TRY_CAST(${column} AS DATE), CAST(TRY_CAST(${column} AS TIMESTAMP) AS DATE))`;
  const number = `TRY_CAST(${column} AS DOUBLE)`;
  return kind === 'flag' ? `coalesce(${number}, CAST(TRY_CAST(${column} AS BOOLEAN) AS DOUBLE))` : number;
}

export function stagedType({ kind, type }: StandardColumn): string {
  return kind === 'flag' ? 'DOUBLE' : type;
}

interface Check {
  column: string;
  reason: string;
  /** SQL over `raw_<column>` (as in the file) and `<column>` (as staged). */
  fails: string;
}

/** Why a row by itself cannot be used, in the order in which it is told; the first one counts. */
export function rowChecks(columns: readonly StandardColumn[]): Check[] {
  return columns.flatMap(({ name, kind }) => {
    const [staged, raw] = [quoteIdentifier(name), quoteIdentifier(rawName(name))];
    const check = (reason: string, fails: string) => ({ column: name, reason: `${name} ${reason}`, fails });
    const unreadable = kind === 'day' ? 'is not a date' : 'is not a number';
    return [
      ...(REQUIRED.has(name)
        ? [check('is null', `${raw} IS NULL OR trim(CAST(${raw} AS VARCHAR)) = ''`)]
        : []),
      ...(kind === 'key' ? [] : [check(unreadable, `${raw} IS NOT NULL AND ${staged} IS NULL`)]),
      ...(kind === 'amount' || kind === 'flag'
        ? [check('is NaN or infinite', `NOT isfinite(${staged})`)]
        : []),
      ...(kind === 'amount' ? [check('is negative', `${staged} < 0`)] : []),
      ...(kind === 'flag' ? [check('is neither 0 nor 1', `${staged} NOT IN (0, 1)`)] : []),
    ];
  });
}

export function rawName(name: string): string {
  return `raw_${name}`;
}

/** `CASE WHEN ... THEN <told> ... END`, null for a good row. */
export function firstFailing(checks: readonly Check[], told: (check: Check) => string): string {
  return `CASE ${checks.map((check) => `WHEN ${check.fails} THEN ${told(check)}`).join(' ')} END`;
}

export function toldReason({ reason }: Check): string {
  return quoteLiteral(reason);
}

export function toldValue({ column }: Check): string {
  return `CAST(${quoteIdentifier(rawName(column))} AS VARCHAR)`;
}
