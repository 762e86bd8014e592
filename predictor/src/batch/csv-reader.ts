import { StringDecoder } from 'node:string_decoder';
import type { Feature } from '@stockout/contracts';
import Papa from 'papaparse';
import type { FieldError } from '../features.ts';
import { type ColumnPlaces, placeColumns } from './column-places.ts';
import { NotRowsError } from './parse-rows.ts';
import { MAX_ROW_BYTES, type PartReader, UnreadableError } from './part-reader.ts';
import { RowBlock } from './row-block.ts';

const DECIMAL = /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i;

interface Parsed {
  data: string[][];
  errors: { message: string; row: number }[];
  meta: { cursor: number };
}

/** CSV whose first line names the features, in any order (RFC 4180); an empty cell is null. */
export class CsvReader implements PartReader {
  readonly #features: readonly Feature[];
  readonly #extraColumns: boolean;
  readonly #decoder = new StringDecoder('utf8');
  readonly #parser = new Papa.Parser({ delimiter: ',', newline: '\n' });
  #rest = '';
  #places: ColumnPlaces | undefined;
  #rows = 0;

  /** @param extraColumns whether columns that are no features are passed over */
  constructor(features: readonly Feature[], extraColumns = false) {
    this.#features = features;
    this.#extraColumns = extraColumns;
  }

  read(bytes: Buffer, last: boolean): [RowBlock] {
    const text = this.#rest + this.#decoder.write(bytes) + (last ? this.#decoder.end() : '');
    const { data, errors, meta } = this.#parser.parse(text, 0, !last) as Parsed;
    this.#rest = last ? '' : text.slice(meta.cursor);
    const block = new RowBlock(this.#features.length, this.#rows);
    const lines = this.#places === undefined ? this.#readHeader(data, last) : data;
    // What is wrong with a line that is not whole yet may not be wrong at all.
    const broken = errors.find(({ row }) => row < data.length);
    if (broken !== undefined) throw notCsv(`a quote is missing or too many near ${block.name}`);
    for (const cells of lines) if (!this.#readLine(cells, block)) break;
    if (this.#rest.length > MAX_ROW_BYTES) throw tooLong(block.name);
    this.#rows += block.count;
    return [block];
  }

  /** @returns the lines behind the header */
  #readHeader(lines: string[][], last: boolean): string[][] {
    const start = lines.findIndex((cells) => !isBlank(cells));
    if (start === -1) {
      if (last) throw notCsv('it is empty, and its first line must name the features');
      return [];
    }
    const names = (lines[start] as string[]).map((name) => name.replace('\uFEFF', '').trim());
    this.#places = placeColumns(names, this.#features, this.#extraColumns);
    return lines.slice(start + 1);
  }

  /** @returns false when nothing more is to be looked at */
  #readLine(cells: string[], block: RowBlock): boolean {
    if (isBlank(cells)) return true;
    const places = this.#places as ColumnPlaces;
    const errors: FieldError[] = [];
    if (cells.length !== places.length) {
      const message = `has ${cells.length} cells, and the header ${places.length}`;
      errors.push({ field: block.name, message });
    } else {
      const offset = block.place();
      for (const [column, place] of places.entries()) {
        if (place === -1) continue;
        const feature = this.#features[place] as Feature;
        const message = readCell(cells[column] as string, feature, block.matrix, offset + place);
        if (message !== undefined) errors.push({ field: `${block.name}.${feature.name}`, message });
      }
    }
    const goOn = errors.length === 0 || block.complain(errors);
    block.count++;
    return goOn;
  }
}

/** @returns what is wrong with the cell, if anything is */
function readCell(
  text: string,
  { nullable }: Feature,
  matrix: Float32Array,
  place: number,
): string | undefined {
  if (DECIMAL.test(text)) {
    matrix[place] = Number(text);
    return Number.isFinite(matrix[place]) ? undefined : 'must be a finite 32-bit number (at most 3.4e38)';
  }
  const cell = text.trim();
  if (cell !== '') return `must be a number, not ${JSON.stringify(cell.slice(0, 40))}`;
  matrix[place] = Number.NaN;
  return nullable ? undefined : 'must be a number, not empty';
}

function isBlank(cells: string[]): boolean {
  return cells.length === 1 && (cells[0] as string).trim() === '';
}

function notCsv(why: string): UnreadableError {
  return new UnreadableError('CSV', why);
}

function tooLong(field: string): NotRowsError {
  const message = `is longer than the ${MAX_ROW_BYTES} characters that a row may have: is a closing quote missing?`;
  return new NotRowsError({ field, message });
}
