import { type FieldError, MAX_ERRORS } from '../features.ts';
import { releaseMemory } from '../release-memory.ts';

const FIRST_ROWS = 256;

/** Some rows of a body as model input, and what is wrong with those that are none. */
export class RowBlock {
  readonly #width: number;
  /** The number of its first row in the body. */
  readonly #first: number;
  readonly errors: FieldError[] = [];
  /** Rows in model order, NaN for null; those from `count` on are undefined. */
  matrix: Float32Array;
  count = 0;

  constructor(width: number, first: number, rows = FIRST_ROWS) {
    this.#width = width;
    this.#first = first;
    this.matrix = new Float32Array(width * rows);
  }

  /** The row to be written next, as errors name it. */
  get name(): string {
    return `[${this.#first + this.count}]`;
  }

  /** Where the next row is to be written in the matrix, which has room for it. */
  place(): number {
    const offset = this.count * this.#width;
    if (offset + this.#width > this.matrix.length) {
      const larger = new Float32Array(this.matrix.length * 2);
      larger.set(this.matrix);
      releaseMemory(this.matrix);
      this.matrix = larger;
    }
    return offset;
  }

  /** Whether so much is wrong that nothing more is looked at. */
  get isRefused(): boolean {
    return this.errors.length >= MAX_ERRORS;
  }

  /** @returns false once it is refused */
  complain(errors: readonly FieldError[]): boolean {
    this.errors.push(...errors.slice(0, MAX_ERRORS - this.errors.length));
    return !this.isRefused;
  }
}
