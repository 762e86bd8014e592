import type { Feature } from '@stockout/contracts';
import type { FieldError } from '../features.ts';
import { PlainDecimal } from '../plain-decimal.ts';
import type { ColumnPlaces } from './column-places.ts';
import type { RowBlock } from './row-block.ts';

const [RETURN, COMMA] = [0x0d, 0x2c];
const DECIMAL = /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i;

/** Reads the rows of a CSV table whose header is known. */
export class CsvRows {
  readonly #features: readonly Feature[];
  readonly #places: ColumnPlaces;
  readonly #decimal = new PlainDecimal();
  /** Where the row that is being read goes in the matrix, and what is wrong with it. */
  #offset = 0;
  #errors: FieldError[] = [];

  constructor(features: readonly Feature[], places: ColumnPlaces) {
    this.#features = features;
    this.#places = places;
  }

  /** Reads a line without quotes from its bytes, the line feed excluded. */
  readLine(text: Buffer, start: number, feed: number, block: RowBlock): void {
    const end = feed > start && text[feed - 1] === RETURN ? feed - 1 : feed;
    if (start === end) return;
    this.#begin(block);
    let cells = 0;
    for (let at = start; ; at++) {
      at = this.#readCell(text, at, end, this.#places[cells++], block);
      if (at >= end) break;
    }
    if (cells === 1 && isBlank([text.toString('utf8', start, end)])) return;
    this.#finish(cells, block);
  }

  /** Reads a line that was cut into its cells. */
  readCells(cells: readonly string[], block: RowBlock): void {
    if (isBlank(cells)) return;
    this.#begin(block);
    for (const [column, cell] of cells.entries()) this.#readText(cell, this.#places[column], block);
    this.#finish(cells.length, block);
  }

  #begin(block: RowBlock): void {
    this.#offset = block.place();
    if (this.#errors.length > 0) this.#errors = [];
  }

  #finish(cells: number, block: RowBlock): void {
    const { length } = this.#places;
    if (cells !== length)
      block.complain([{ field: block.name, message: `has ${cells} cells, and the header ${length}` }]);
    else if (this.#errors.length > 0) block.complain(this.#errors);
    block.count++;
  }

  /**
   * @param place in model order; -1 or undefined where the column is none of a feature
   * @returns where the cell ends
   */
  #readCell(text: Buffer, start: number, end: number, place: number | undefined, block: RowBlock): number {
    const decimal = this.#decimal;
    const exact = decimal.read(text, start);
    if (exact && (decimal.at === end || text[decimal.at] === COMMA)) {
      if (place !== undefined && place !== -1) block.matrix[this.#offset + place] = decimal.value;
      return decimal.at;
    }
    let stop = start;
    while (stop < end && text[stop] !== COMMA) stop++;
    this.#readText(text.toString('utf8', start, stop), place, block);
    return stop;
  }

  #readText(cell: string, place: number | undefined, block: RowBlock): void {
    if (place === undefined || place === -1) return;
    const feature = this.#features[place] as Feature;
    const message = readValue(cell, feature, block.matrix, this.#offset + place);
    if (message !== undefined) this.#errors.push({ field: `${block.name}.${feature.name}`, message });
  }
}

/** @returns what is wrong with the cell, if anything is */
function readValue(
  cell: string,
  { nullable }: Feature,
  matrix: Float32Array,
  place: number,
): string | undefined {
  if (cell === '' || !DECIMAL.test(cell)) return readMissing(cell.trim(), nullable, matrix, place);
  matrix[place] = Number(cell);
  return Number.isFinite(matrix[place]) ? undefined : 'must be a finite 32-bit number (at most 3.4e38)';
}

function readMissing(
  cell: string,
  nullable: boolean,
  matrix: Float32Array,
  place: number,
): string | undefined {
  if (cell !== '') return `must be a number, not ${JSON.stringify(cell.slice(0, 40))}`;
  matrix[place] = Number.NaN;
  return nullable ? undefined : 'must be a number, not empty';
}

/** Whether a line of these cells has nothing in it. */
export function isBlank(cells: readonly string[]): boolean {
  return cells.length === 1 && (cells[0] as string).trim() === '';
}
