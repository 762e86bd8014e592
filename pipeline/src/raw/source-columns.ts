import { InputError } from '@stockout/contracts';
import { describeCondition } from './condition.ts';
import type { Kind, MappedColumn, Mapping, SourceColumn } from './mapping.ts';

const NUMBER = /^(U?(TINY|SMALL|BIG|HUGE)?INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL\(\d+,\d+\))$/;
const WHOLE = /^U?(TINY|SMALL|BIG)?INT$|^U?INTEGER$/;
const NAMING = /^(VARCHAR|U?(TINY|SMALL|BIG)?INT|U?INTEGER|ENUM\(.*\))$/;

const ACCEPTED: Record<Kind, { types: RegExp; words: string }> = {
  key: { types: NAMING, words: 'text or whole numbers' },
  text: { types: new RegExp(`${NAMING.source}|${NUMBER.source}`), words: 'text or whole numbers' },
  day: { types: /^(DATE|TIMESTAMP[^[]*|VARCHAR)$/, words: 'dates, timestamps or ISO text (2025-12-31)' },
  price: { types: NUMBER, words: 'numbers' },
  amount: { types: NUMBER, words: 'numbers' },
  flag: { types: new RegExp(`^BOOLEAN$|${NUMBER.source}`), words: '0 and 1, or false and true' },
  number: { types: new RegExp(`^BOOLEAN$|${NUMBER.source}`), words: 'numbers' },
};
/** A message is to be read, however wide the file is. */
const MANY = 30;

/** A column as DESCRIBE has it. */
export interface DescribedColumn {
  column_name: string;
  column_type: string;
  /** Of a CSV file whose header has nothing there; `column_name` says its place then. */
  unnamed?: boolean;
}

/** A column that is read, with its type where it lies; in CSV all is text. */
export interface FoundColumn extends SourceColumn {
  type: string;
}

/** How a file says what it says; Parquet and tables have types of their own for most of it. */
export interface Dialect {
  /** false for CSV, where everything is text that is judged row by row. */
  typed: boolean;
  /** Of days that are text, as strptime has it; default: ISO. */
  dateFormat?: string | undefined;
  /** 9,5 is nine and a half. */
  decimalComma?: boolean | undefined;
  /** Numbers may be text: what a CSV file has beside the columns of the spec is kept so, and may be named later. */
  numbersAsText?: boolean | undefined;
}

/** Of raw tables, whoever wrote them. */
export const TABLE_DIALECT: Dialect = { typed: true, numbersAsText: true };
const NUMERIC = new Set<Kind>(['price', 'amount', 'flag', 'number']);

/**
 * The columns of a file or table that are read.
 * @param where it is, for messages: x.csv, table raw
 * @throws InputError that names the columns that are missing or of a wrong type, and what to do
 */
export function findColumns(
  where: string,
  columns: readonly DescribedColumn[],
  { sources }: Mapping,
  dialect: Dialect,
): FoundColumn[] {
  const types = new Map(columns.map(({ column_name, column_type }) => [column_name, column_type]));
  refuseMissing(where, types, sources, dialect);
  const found = sources.flatMap((column) => {
    const type = types.get(column.source);
    return type === undefined ? [] : [{ ...column, type }];
  });
  if (dialect.typed) for (const column of found) refuseType(where, column, dialect);
  return found;
}

/** The mapped columns that these sources make. */
export function mappedOf({ mapped }: Mapping, found: readonly FoundColumn[]): MappedColumn[] {
  const aliases = new Set(found.map(({ alias }) => alias));
  return mapped.filter(({ source }) => aliases.has(source.alias));
}

function refuseMissing(
  where: string,
  types: ReadonlyMap<string, string>,
  sources: readonly SourceColumn[],
  { typed }: Dialect,
): void {
  const missing = sources.filter(({ source, required, named }) => (required || named) && !types.has(source));
  if (missing.length === 0) return;
  const names = [...types.keys()];
  const has = `It has ${names.slice(0, MANY).join(', ')}${names.length > MANY ? ` and ${names.length - MANY} more` : ''}`;
  const unnamed = missing.filter(({ named }) => !named);
  if (unnamed.length === 0) {
    const told = missing.map(({ source, field }) => `column ${source}, which ${field} names,`);
    throw new InputError(
      `${where}: ${told.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} missing. ${has}: correct the spec, or ingest files that have it (into a new spec.data.rawTable)`,
    );
  }
  const one = unnamed.length === 1;
  const list = `column${one ? '' : 's'} ${unnamed.map(({ source }) => source).join(', ')} ${one ? 'is' : 'are'}`;
  const fields = unnamed.map(({ field }) => field).join(', ');
  const inFirstLine = typed ? '' : '. The first line must name the columns';
  throw new InputError(
    `${where}: ${list} missing. ${has}: say in ${fields} which of them it is${inFirstLine}`,
  );
}

/** @throws InputError where what the column is cannot be read from its type */
export function refuseType(where: string, column: FoundColumn, dialect: Dialect): void {
  const { dateFormat, numbersAsText } = dialect;
  const { source, kind, type, condition, field } = column;
  const { types, words } = ACCEPTED[kind];
  if (types.test(type)) return;
  if (numbersAsText && type === 'VARCHAR' && NUMERIC.has(kind)) return;
  // 20251231 is a day once somebody has said so.
  if (kind === 'day' && dateFormat !== undefined && WHOLE.test(type)) return;
  if (condition !== undefined) {
    throw new InputError(
      `${where}: column ${source} is ${type}, and ${field} asks whether it is ${describeCondition(condition)}: ` +
        'name a column of numbers, or convert it and try again',
    );
  }
  const hint =
    kind === 'day' && WHOLE.test(type) ? ', or say how they are written: --date-format %Y%m%d' : '';
  throw new InputError(
    `${where}: column ${source} is ${type}, expected ${words}: convert it and try again${hint}`,
  );
}
