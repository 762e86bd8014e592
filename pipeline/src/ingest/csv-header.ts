import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { InputError } from '@stockout/contracts';
import type { SourceOptions } from './source-options.ts';

export interface CsvHeader {
  delimiter: string;
  names: string[];
}

const DELIMITERS = [',', ';', '\t', '|'];
const MAX_HEADER = 1 << 20;

/**
 * The first line of a CSV file (gzip or plain). Its delimiter holds for the whole file: a guess from the rows could
 * take rows for a header, or a faulty row for another dialect.
 * @throws InputError when a name stands twice in it, or it is no text
 */
export async function readCsvHeader(name: string, path: string, options: SourceOptions): Promise<CsvHeader> {
  const line = await firstLine(path, options.encoding ?? 'utf-8');
  refuseOther(name, line, options);
  const delimiter =
    options.delimiter ?? DELIMITERS.toSorted((a, b) => line.split(b).length - line.split(a).length)[0] ?? ',';
  const names = splitLine(line, delimiter, options.quote ?? '"');
  refuseTwice(name, names);
  return { delimiter, names };
}

/** A spreadsheet, an archive, or text of another encoding would be told as a header without the columns. */
function refuseOther(name: string, line: string, { encoding }: SourceOptions): void {
  if (line.trim() === '') throw new InputError(`${name}: the first line is empty, it must name the columns`);
  if (!line.includes('\0')) return;
  throw new InputError(
    `${name} is not CSV in ${encoding?.toUpperCase() ?? 'UTF-8'}: where it is text, say how it is ` +
      'written by --encoding utf-16; a spreadsheet is to be saved as CSV first',
  );
}

function refuseTwice(name: string, names: readonly string[]): void {
  const seen = new Map<string, string>();
  for (const column of names.filter((each) => each !== '')) {
    // Names that differ by case alone are one to DuckDB and to Spark.
    const other = seen.get(column.toLowerCase());
    if (other === column)
      throw new InputError(`${name}: column ${column} stands twice in the header: rename one of them`);
    if (other !== undefined)
      throw new InputError(
        `${name}: columns ${other} and ${column} differ by case alone, which tables do not tell apart: rename one of them`,
      );
    seen.set(column.toLowerCase(), column);
  }
}

async function firstLine(path: string, encoding: string): Promise<string> {
  const file = createReadStream(path);
  const bytes = path.endsWith('.gz') ? file.pipe(createGunzip()) : file;
  const decoder = new TextDecoder(encoding === 'latin-1' ? 'latin1' : encoding);
  let text = '';
  try {
    for await (const chunk of bytes) {
      text += decoder.decode(chunk as Buffer, { stream: true });
      if (/[\r\n]/.test(text) || text.length > MAX_HEADER) break;
    }
  } finally {
    file.destroy();
  }
  return (text.split(/\r?\n|\r/)[0] ?? '').replace(/^\uFEFF/, '');
}

/** A value is plain, or quoted with its quotes doubled. */
function splitLine(line: string, delimiter: string, quote: string): string[] {
  const names: string[] = [];
  let value = '';
  let quoted = false;
  for (let i = 0; i < line.length; i++) {
    const character = line[i] as string;
    if (character === quote && quoted && line[i + 1] === quote) value += line[++i];
    else if (character === quote) quoted = !quoted;
    else if (character === delimiter && !quoted) {
      names.push(value.trim());
      value = '';
    } else value += character;
  }
  return [...names, value.trim()];
}
