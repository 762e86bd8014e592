import { InputError } from '@stockout/contracts';
import { type DuckDB, quoteLiteral } from '@stockout/features';

/** How the files are written, where it is not the usual way. Nothing of it is guessed. */
export interface SourceOptions {
  /** Between the values of CSV; default: the one of comma, semicolon, tab and bar that the header has most of. */
  delimiter?: string | undefined;
  /** Around values of CSV; default: ". */
  quote?: string | undefined;
  /** Of CSV; default: UTF-8. */
  encoding?: 'utf-8' | 'latin-1' | 'utf-16' | undefined;
  /** Of days that are text, as strptime has it; default: ISO. */
  dateFormat?: string | undefined;
  /** 9,5 is nine and a half. */
  decimalComma?: boolean | undefined;
}

/** @throws InputError that names the option and what it takes */
export async function checkOptions(db: DuckDB, options: SourceOptions): Promise<void> {
  for (const name of ['delimiter', 'quote'] as const) {
    const value = options[name];
    if (value === undefined || /^[^\r\n]$/u.test(value)) continue;
    throw new InputError(`--${name} is ${JSON.stringify(value)}: give a single character`);
  }
  if (options.delimiter !== undefined && options.delimiter === (options.quote ?? '"')) {
    throw new InputError(`--delimiter and --quote are both ${options.delimiter}: they must differ`);
  }
  if (options.dateFormat !== undefined) await checkDateFormat(db, options.dateFormat);
}

/** A format that does not tell day, month and year would give other days than those that are meant. */
async function checkDateFormat(db: DuckDB, format: string): Promise<void> {
  const literal = quoteLiteral(format);
  const day = "DATE '2023-12-31'";
  const trip = `CAST(try_strptime(strftime(${day}, ${literal}), ${literal}) AS DATE)`;
  const found = await db.rows<{ same: boolean | null }>(`SELECT ${trip} = ${day} AS same`).catch(() => []);
  if (found[0]?.same === true) return;
  throw new InputError(
    `--date-format is ${JSON.stringify(format)}: give one with day, month and year, such as %d/%m/%Y, %m/%d/%Y or %Y%m%d`,
  );
}
