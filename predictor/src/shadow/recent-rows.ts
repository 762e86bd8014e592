import { MAX_REPLAY } from '@stockout/contracts';

/** A model of very many features keeps fewer rows. */
const MOST_BYTES = 4 * 2 ** 20;

/** The features of the newest rows, in memory alone: what a candidate is asked first. */
export class RecentRows {
  readonly width: number;
  readonly #capacity: number;
  readonly #rows: Float32Array;
  /** Rows so far. */
  #count = 0;

  constructor(width: number, capacity = MAX_REPLAY) {
    this.width = width;
    this.#capacity = Math.max(1, Math.min(capacity, Math.floor(MOST_BYTES / (4 * width))));
    this.#rows = new Float32Array(this.#capacity * width);
  }

  push(matrix: Float32Array, offset: number): void {
    const { width } = this;
    const rows = this.#rows;
    const start = (this.#count++ % this.#capacity) * width;
    // A loop: the view that `set` needs costs more than the copy.
    for (let column = 0; column < width; column++) rows[start + column] = matrix[offset + column]!;
  }

  /** A copy of the newest rows, at most so many, the oldest of them first. */
  newest(most: number): Float32Array {
    const taken = Math.min(most, this.#count, this.#capacity);
    const copy = new Float32Array(taken * this.width);
    for (let index = 0; index < taken; index++) {
      const start = ((this.#count - taken + index) % this.#capacity) * this.width;
      copy.set(this.#rows.subarray(start, start + this.width), index * this.width);
    }
    return copy;
  }
}
