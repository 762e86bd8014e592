import type { RowReader } from '../features.ts';
import { parseJson } from '../parse-json.ts';
import { ByteOrderMark } from './byte-order-mark.ts';
import { NotRowsError } from './parse-rows.ts';
import { MAX_ROW_BYTES, type PartReader } from './part-reader.ts';
import { RowBlock } from './row-block.ts';
import { RowRest } from './row-rest.ts';

const LINE_FEED = 0x0a;

/** A row as a JSON object on each line; empty lines are passed over. */
export class NdjsonReader implements PartReader {
  readonly #reader: RowReader;
  readonly #rest = new RowRest();
  readonly #mark = new ByteOrderMark();
  #rows = 0;

  constructor(reader: RowReader) {
    this.#reader = reader;
  }

  read(bytes: Buffer, last: boolean): [RowBlock] {
    const text = this.#rest.before(bytes);
    const block = new RowBlock(this.#reader.width, this.#rows);
    let start = this.#mark.skip(text, last);
    for (;;) {
      const feed = text.indexOf(LINE_FEED, start);
      if (feed === -1) break;
      this.#readLine(text, start, feed, block);
      if (block.isRefused) return [block];
      start = feed + 1;
    }
    if (last) this.#readLine(text, start, text.length, block);
    else checkLength(start, text.length, block.name);
    this.#rest.keep(text, start);
    this.#rows += block.count;
    return [block];
  }

  #readLine(text: Buffer, start: number, end: number, block: RowBlock): void {
    checkLength(start, end, block.name);
    const line = text.toString('utf8', start, end);
    if (/^\s*$/.test(line)) return;
    const row = parseJson(line, block.name);
    // First the place: the matrix may become another one.
    const place = block.place();
    if (!this.#reader.read(row, block.matrix, place)) block.complain(this.#reader.explain(row, block.name));
    block.count++;
  }
}

function checkLength(start: number, end: number, field: string): void {
  if (end - start <= MAX_ROW_BYTES) return;
  throw new NotRowsError({ field, message: `is longer than the ${MAX_ROW_BYTES} bytes that a row may have` });
}
