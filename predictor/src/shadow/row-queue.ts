/** Rows that wait to be sent, each with a number of its own: bounded, and without an object a row. */
export class RowQueue {
  readonly #width: number;
  readonly #capacity: number;
  readonly #rows: Float32Array;
  readonly #notes: Float64Array;
  #first = 0;
  #length = 0;

  constructor(width: number, capacity: number) {
    this.#width = width;
    this.#capacity = capacity;
    this.#rows = new Float32Array(width * capacity);
    this.#notes = new Float64Array(capacity);
  }

  get length(): number {
    return this.#length;
  }

  /** @returns false when there is no room */
  push(matrix: Float32Array, offset: number, note: number): boolean {
    if (this.#length === this.#capacity) return false;
    const slot = (this.#first + this.#length++) % this.#capacity;
    this.#rows.set(matrix.subarray(offset, offset + this.#width), slot * this.#width);
    this.#notes[slot] = note;
    return true;
  }

  /** The oldest; undefined when none waits. */
  shift(): { row: Float32Array; note: number } | undefined {
    if (this.#length === 0) return undefined;
    const slot = this.#first;
    this.#first = (slot + 1) % this.#capacity;
    this.#length--;
    const start = slot * this.#width;
    return { row: this.#rows.slice(start, start + this.#width), note: this.#notes[slot] as number };
  }
}
