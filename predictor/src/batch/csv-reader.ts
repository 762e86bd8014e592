import type { Feature } from '@stockout/contracts';
import Papa from 'papaparse';
import { ByteOrderMark } from './byte-order-mark.ts';
import { placeColumns } from './column-places.ts';
import { CsvRows, isBlank } from './csv-rows.ts';
import { NotRowsError } from './parse-rows.ts';
import { MAX_ROW_BYTES, type PartReader, UnreadableError } from './part-reader.ts';
import { RowBlock } from './row-block.ts';
import { RowRest } from './row-rest.ts';

const [LINE_FEED, QUOTE] = [0x0a, 0x22];
const NOT_ASCII = /[^\0-\x7f]/;
/** Of lines with quotes, so much is cut at a time: what that leaves behind dies young. */
const CUT_BYTES = 64 * 1024;

interface Cut {
  data: string[][];
  errors: { message: string; row: number }[];
  meta: { cursor: number };
}

/**
 * CSV whose first line names the features, in any order (RFC 4180); an empty cell is null. Lines without quotes, as nearly
 * all are, are read from their bytes; Papa Parse cuts the others.
 */
export class CsvReader implements PartReader {
  readonly #features: readonly Feature[];
  readonly #extraColumns: boolean;
  readonly #parser = new Papa.Parser({ delimiter: ',', newline: '\n' });
  readonly #rest = new RowRest();
  readonly #mark = new ByteOrderMark();
  /** Undefined before the header. */
  #rows: CsvRows | undefined;
  #count = 0;

  /** @param extraColumns whether columns that are no features are passed over */
  constructor(features: readonly Feature[], extraColumns = false) {
    this.#features = features;
    this.#extraColumns = extraColumns;
  }

  read(bytes: Buffer, last: boolean): [RowBlock] {
    const text = this.#rest.before(bytes);
    const block = new RowBlock(this.#features.length, this.#count);
    const start = this.#mark.skip(text, last);
    const end = last ? text.length : Math.max(start, text.lastIndexOf(LINE_FEED) + 1);
    const read = this.#readLines(text, start, end, last, block);
    if (block.isRefused) return [block];
    if (last && this.#rows === undefined)
      throw notCsv('it is empty, and its first line must name the features');
    if (text.length - read > MAX_ROW_BYTES) throw tooLong(block.name);
    this.#rest.keep(text, read);
    this.#count += block.count;
    return [block];
  }

  /** @returns how far the lines are whole */
  #readLines(text: Buffer, start: number, end: number, last: boolean, block: RowBlock): number {
    for (let at = start; ;) {
      const plain = endOfPlain(text, at, end);
      this.#readPlain(text, at, plain, block);
      if (plain === end || block.isRefused) return plain;
      at = this.#readQuoted(text, plain, end, last, block);
      if (at === plain || block.isRefused) return at;
    }
  }

  /** Reads lines without quotes. */
  #readPlain(text: Buffer, start: number, end: number, block: RowBlock): void {
    for (let at = start; at < end && !block.isRefused;) {
      const feed = text.indexOf(LINE_FEED, at);
      const stop = feed === -1 ? end : feed;
      if (this.#rows === undefined) this.#readHeader(text.toString('utf8', at, stop).split(','));
      else this.#rows.readLine(text, at, stop, block);
      at = stop + 1;
    }
  }

  /** Reads some lines of which the first has a quote. @returns where they end; `start` while not even the first does */
  #readQuoted(text: Buffer, start: number, end: number, last: boolean, block: RowBlock): number {
    for (let size = CUT_BYTES; ; size *= 2) {
      const feed = text.indexOf(LINE_FEED, start + size);
      const stop = feed === -1 || feed >= end ? end : feed + 1;
      const isAll = last && stop === end;
      // A character a byte, so that places are those of the bytes: what counts in CSV is ASCII.
      const { data, errors, meta } = this.#parser.parse(
        text.toString('latin1', start, stop),
        0,
        !isAll,
      ) as Cut;
      // What is wrong with a line that is not whole yet may not be wrong at all.
      const broken = errors.find(({ row }) => row < data.length);
      if (broken !== undefined) throw notCsv(`a quote is missing or too many near ${block.name}`);
      for (const cells of data) this.#readCells(cells.map(decoded), block);
      if (isAll) return end;
      if (data.length > 0 || stop === end) return start + meta.cursor;
    }
  }

  #readCells(cells: string[], block: RowBlock): void {
    if (this.#rows === undefined) this.#readHeader(cells);
    else if (!block.isRefused) this.#rows.readCells(cells, block);
  }

  #readHeader(cells: string[]): void {
    if (isBlank(cells)) return;
    const names = cells.map((name) => name.trim());
    this.#rows = new CsvRows(this.#features, placeColumns(names, this.#features, this.#extraColumns));
  }
}

/** How far no quote stands in the lines from `start` on. */
function endOfPlain(text: Buffer, start: number, end: number): number {
  const quote = text.indexOf(QUOTE, start);
  return quote === -1 || quote >= end ? end : Math.max(start, text.lastIndexOf(LINE_FEED, quote) + 1);
}

/** @param cell a character a byte */
function decoded(cell: string): string {
  return NOT_ASCII.test(cell) ? Buffer.from(cell, 'latin1').toString() : cell;
}

function notCsv(why: string): UnreadableError {
  return new UnreadableError('CSV', why);
}

function tooLong(field: string): NotRowsError {
  const message = `is longer than the ${MAX_ROW_BYTES} bytes that a row may have: is a closing quote missing?`;
  return new NotRowsError({ field, message });
}
