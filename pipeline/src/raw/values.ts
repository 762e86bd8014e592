import { quoteIdentifier, quoteLiteral } from '@stockout/features';
import { conditionSql } from './condition.ts';
import type { Kind, MappedColumn } from './mapping.ts';
import type { Dialect, FoundColumn } from './source-columns.ts';

const STORED: Record<Kind, string> = {
  key: 'VARCHAR',
  text: 'VARCHAR',
  day: 'DATE',
  price: 'DOUBLE',
  amount: 'DOUBLE',
  flag: 'INTEGER',
  number: 'DOUBLE',
};

const FRACTIONAL = /^(FLOAT|DOUBLE|DECIMAL\(\d+,[1-9]\d*\))$/;

/** In the raw table. */
export function storedType({ kind }: FoundColumn): string {
  return STORED[kind];
}

/** Flags stay numbers until they are judged, so that a 7 is seen. */
export function stagedType(column: FoundColumn): string {
  return column.kind === 'flag' ? 'DOUBLE' : storedType(column);
}

/** A column as its staged type; what cannot be read as that is null. */
export function stagedValue(column: FoundColumn, dialect: Dialect): string {
  return readValue(quoteIdentifier(column.source), column, dialect);
}

/** As `stagedValue`, of any SQL of the column's type. */
export function readValue(
  column: string,
  { kind, type }: Pick<FoundColumn, 'kind' | 'type'>,
  dialect: Dialect,
): string {
  if (kind === 'text') return textValue(column, type);
  if (kind === 'key') return trimmed(column);
  if (kind === 'day') return dayValue(column, type, dialect);
  const number = numberValue(column, type, dialect);
  if (kind !== 'flag' || (dialect.typed && type !== 'BOOLEAN' && type !== 'VARCHAR')) return number;
  return `coalesce(${number}, CAST(TRY_CAST(${column} AS BOOLEAN) AS DOUBLE))`;
}

function trimmed(column: string): string {
  return `nullif(trim(CAST(${column} AS STRING)), '')`;
}

/**
 * Of a column of whole numbers with a gap many programs make doubles, and write 7.0: that is the 7 of other files. A number
 * with a fraction is no name, NaN neither.
 */
function textValue(column: string, type: string): string {
  if (FRACTIONAL.test(type)) {
    return `CASE WHEN abs(${column}) < 1e15 AND ${column} = floor(${column}) THEN CAST(CAST(${column} AS BIGINT) AS STRING) END`;
  }
  const text = trimmed(column);
  if (type !== 'VARCHAR') return text;
  const [whole, fraction] = [`split_part(${text}, '.', 1)`, `split_part(${text}, '.', 2)`];
  const isWhole = `TRY_CAST(${text} AS DOUBLE) IS NOT NULL AND TRY_CAST(${whole} AS BIGINT) IS NOT NULL`;
  return `CASE WHEN ${text} LIKE '%.0%' AND replace(${fraction}, '0', '') = '' AND ${isWhole} THEN ${whole} ELSE ${text} END`;
}

function dayValue(column: string, type: string, { dateFormat }: Dialect): string {
  if (type === 'DATE') return column;
  if (dateFormat !== undefined && !type.startsWith('TIMESTAMP')) {
    return `CAST(try_strptime(CAST(${column} AS VARCHAR), ${quoteLiteral(dateFormat)}) AS DATE)`;
  }
  return `coalesce(TRY_CAST(${column} AS DATE), CAST(TRY_CAST(${column} AS TIMESTAMP) AS DATE))`;
}

function numberValue(column: string, type: string, { typed, decimalComma }: Dialect): string {
  // A 32-bit .9 is .8999999762 in 64 bits, which no longer is at least .9: by its shortest decimal it is .9 again.
  if (type === 'FLOAT') return `CAST(CAST(${column} AS STRING) AS DOUBLE)`;
  if (typed || !decimalComma) return `TRY_CAST(${column} AS DOUBLE)`;
  // With decimal commas 1.234 is a thousand and more, which nobody is to take for one and a bit.
  return `CASE WHEN NOT contains(${column}, '.') THEN TRY_CAST(replace(${column}, ',', '.') AS DOUBLE) END`;
}

/** A mapped column, from a value that was read already. */
export function mappedValue({ type, condition }: MappedColumn, value: string): string {
  // Spark has no VARCHAR without a length, and DuckDB knows its STRING.
  const known = type === 'VARCHAR' ? 'STRING' : type;
  return condition === undefined ? `CAST(${value} AS ${known})` : conditionSql(condition, value);
}
