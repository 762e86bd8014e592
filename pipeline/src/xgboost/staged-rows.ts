import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StockoutError } from '@stockout/contracts/errors';

/** Where rows lie in their file: batch after batch, in each one column after the other, 32-bit floats. */
export interface StagedLayout {
  /** Open for the whole process, its threads included. */
  fd: number;
  rows: number;
  columns: number;
  /** Rows in each batch but the last. */
  batchRows: number;
}

const BATCH_BYTES = 16 * 1024 ** 2;

/**
 * Rows of features in a temporary file, so that however many there are, no more than a batch is in memory. The file has
 * no name from the first moment on: whatever ends this process, nothing is left.
 */
export class StagedRows implements StagedLayout, Disposable {
  readonly fd: number;
  readonly rows: number;
  readonly columns: number;
  readonly batchRows: number;
  /** The batch that is being filled. */
  #batch: Float32Array;
  #filled = 0;
  #column: Float32Array | undefined;
  #written = 0;

  /** @param rows how many will be appended */
  constructor(rows: number, columns: number, batchBytes = BATCH_BYTES) {
    this.rows = rows;
    this.columns = columns;
    this.batchRows = Math.max(1, Math.floor(batchBytes / (columns * BYTES)));
    this.#batch = new Float32Array(Math.min(rows, this.batchRows) * columns);
    this.fd = openNameless();
  }

  /** @param vectors a column each, of the same number of rows: at most as many as are still to come */
  append(vectors: readonly Float32Array[]): void {
    const total = vectors[0]?.length ?? 0;
    for (let from = 0; from < total;) {
      const batch = Math.min(this.batchRows, this.rows - this.#written);
      const to = Math.min(total, from + batch - this.#filled);
      for (const [column, vector] of vectors.entries()) {
        this.#batch.set(vector.subarray(from, to), column * batch + this.#filled);
      }
      this.#filled += to - from;
      from = to;
      if (this.#filled === batch) this.#write(batch);
    }
  }

  #write(rows: number): void {
    if (rows === 0) throw new RangeError(`there are more than ${this.rows} rows`);
    const bytes = new Uint8Array(this.#batch.buffer, 0, rows * this.columns * BYTES);
    const start = this.#written * this.columns * BYTES;
    try {
      for (let at = 0; at < bytes.length;) at += writeSync(this.fd, bytes, at, bytes.length - at, start + at);
    } catch (cause) {
      const megabytes = Math.ceil((this.rows * this.columns * BYTES) / 1e6);
      throw new StockoutError(
        `the training rows take ${megabytes} MB in ${tmpdir()}, where they cannot be written: make room there`,
        { cause },
      );
    }
    this.#written += rows;
    this.#filled = 0;
    // The last batch is there: what filled it is needed no more.
    if (this.#written === this.rows) this.#batch = new Float32Array();
  }

  /** All values of a column, 4 bytes a row: until the next call, which takes their place. */
  column(index: number): Float32Array {
    this.#column ??= new Float32Array(this.rows);
    const values = this.#column;
    for (let first = 0; first < this.rows; first += this.batchRows) {
      const rows = Math.min(this.batchRows, this.rows - first);
      readFloats(this.fd, values.subarray(first, first + rows), first * this.columns + index * rows);
    }
    return values;
  }

  row(index: number): Float32Array {
    const first = index - (index % this.batchRows);
    const rows = Math.min(this.batchRows, this.rows - first);
    const values = new Float32Array(this.columns);
    for (let column = 0; column < this.columns; column++) {
      const at = first * this.columns + column * rows + (index - first);
      readFloats(this.fd, values.subarray(column, column + 1), at);
    }
    return values;
  }

  [Symbol.dispose](): void {
    closeSync(this.fd);
  }
}

/** What another thread needs to read them. */
export function layoutOf({ fd, rows, columns, batchRows }: StagedLayout): StagedLayout {
  return { fd, rows, columns, batchRows };
}

const BYTES = Float32Array.BYTES_PER_ELEMENT;

/** Fills `into` from the file, beginning with its float number `from`. */
export function readFloats(fd: number, into: Float32Array, from: number): void {
  const bytes = new Uint8Array(into.buffer, into.byteOffset, into.byteLength);
  for (let at = 0; at < bytes.length;) {
    const read = readSync(fd, bytes, at, bytes.length - at, from * BYTES + at);
    if (read === 0) throw new StockoutError(`the training rows in ${tmpdir()} are cut short: try again`);
    at += read;
  }
}

function openNameless(): number {
  const folder = mkdtempSync(join(tmpdir(), 'stockout-rows-'));
  try {
    return openSync(join(folder, 'rows'), 'wx+');
  } finally {
    rmSync(folder, { recursive: true });
  }
}
