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
 * @throws InputError when a name stands twice in it
 */
export async function readCsvHeader(name: string, path: string, options: SourceOptions): Promise<CsvHeader> {
  const line = await firstLine(path, options.encoding ?? 'utf-8');
  const delimiter =
    options.delimiter ?? DELIMITERS.toSorted((a, b) => line.split(b).length - line.split(a).length)[0] ?? ',';
  const names = splitLine(line, delimiter, options.quote ?? '"');
  // Names that differ by case alone are one to DuckDB and to Spark.
  const keys = names.map((column) => column.toLowerCase());
  const twice = names.find((_, i) => keys.indexOf(keys[i] as string) !== i);
  if (twice !== undefined)
    throw new InputError(`${name}: column ${twice} stands twice in the header: rename one of them`);
  return { delimiter, names };
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
