import { InputError } from '@stockout/contracts';
import type { Dialect } from '../raw/source-columns.ts';

/** @throws InputError instead of what DuckDB says of a file that it cannot read */
export async function readable<T>(name: string, dialect: Dialect, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    if (!speaksOfFile(cause)) throw cause;
    throw new InputError(explained(name, dialect, cause.message), { cause });
  }
}

const OF_A_FILE =
  /^(Invalid Input|IO|Invalid|Serialization|Conversion|CSV|Parquet|Snappy|ZSTD|Internal|TProtocol)/i;
const OF_THE_MACHINE = /no space|out of memory|max_temp_directory_size/i;

/** Whether DuckDB complains of what it reads: an interrupt, lack of memory or a full disk is another matter. */
export function speaksOfFile(error: unknown): error is Error {
  return error instanceof Error && OF_A_FILE.test(error.message) && !OF_THE_MACHINE.test(error.message);
}

/** What DuckDB says of a line of CSV, and what to do about it. */
const FAULTS: readonly [RegExp, (match: RegExpExecArray) => string][] = [
  [
    /Expected Number of Columns: (\d+) Found: (\d+)/,
    ([, expected, found]) =>
      // DuckDB counts one too many, and no further.
      `${Number(found) > Number(expected) ? 'more' : found} values where the header names ${expected}: correct the line; ` +
      'where another character separates or encloses values, say so: --delimiter, --quote',
  ],
  [
    /unterminated quote/,
    () =>
      'a quote is opened and not closed: correct the line; where quotes are mere characters, say another: --quote',
  ],
  [
    /Maximum line size of (\d+) bytes exceeded/,
    ([, bytes]) => `longer than ${bytes} bytes: shorten it, or close the quote that makes it so long`,
  ],
  [
    /unicode|utf-?8/i,
    () => 'it is not UTF-8, say what it is by --encoding latin-1 or utf-16, or correct the line',
  ],
];

function explained(name: string, { typed }: Dialect, message: string): string {
  const line = /CSV Error on Line: (\d+)/.exec(message)?.[1];
  for (const [pattern, told] of FAULTS) {
    const match = pattern.exec(message);
    if (line !== undefined && match !== null) return `${name}, line ${line}: ${told(match)}`;
  }
  const [first] = message.split('\n');
  return `${name} is not a readable ${typed ? 'Parquet' : 'CSV'} file: export or copy it again. (${first})`;
}
