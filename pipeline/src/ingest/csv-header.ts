import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { InputError } from '@stockout/contracts';

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
export async function readCsvHeader(name: string, path: string): Promise<CsvHeader> {
  const line = await firstLine(path);
  const delimiter = DELIMITERS.toSorted((a, b) => line.split(b).length - line.split(a).length)[0] ?? ',';
  const names = splitLine(line, delimiter);
  const twice = names.find((column, i) => names.indexOf(column) !== i);
  if (twice !== undefined)
    throw new InputError(`${name}: column ${twice} stands twice in the header: rename one of them`);
  return { delimiter, names };
}

async function firstLine(path: string): Promise<string> {
  const file = createReadStream(path);
  const bytes = path.endsWith('.gz') ? file.pipe(createGunzip()) : file;
  let text = '';
  try {
    for await (const chunk of bytes) {
      text += (chunk as Buffer).toString('utf8');
      if (/[\r\n]/.test(text) || text.length > MAX_HEADER) break;
    }
  } finally {
    file.destroy();
  }
  return (text.split(/\r?\n|\r/)[0] ?? '').replace(/^\uFEFF/, '');
}

/** A value is plain, or quoted with its quotes doubled. */
function splitLine(line: string, delimiter: string): string[] {
  const names: string[] = [];
  let value = '';
  let quoted = false;
  for (const character of line) {
    if (character === '"') quoted = !quoted;
    else if (character === delimiter && !quoted) {
      names.push(value.trim());
      value = '';
    } else value += character;
  }
  return [...names, value.trim()];
}
