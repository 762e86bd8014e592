import type { Feature, Histogram, Manifest } from '@stockout/contracts';

/** A column's place among all the counts: its bins in order, then one for missing values. */
export interface ColumnBins {
  name: string;
  histogram: Histogram;
  first: number;
  /** Without the one for missing values; at least one, for a column that was empty in training. */
  bins: number;
}

/** What a version says of its columns. */
interface BinnedVersion {
  features: readonly Feature[];
  histograms: Manifest['histograms'];
}

const NOTHING: Histogram = { edges: [], counts: [], nulls: 0 };

/**
 * Sorts rows into the bins of a version's training histograms: every feature in model order, then the score.
 * Measured for 15 features, on a busy machine: 0.2 to 0.35 us a row.
 */
export class Bins {
  readonly columns: readonly ColumnBins[];
  /** Counts that `count` takes. */
  readonly size: number;
  /**
   * Lower edges but the first, column after column, each filled up with Infinity to 2^n - 1 of them: every search
   * then takes n steps without a branch. 64 bits, for edges may be other than 32-bit floats.
   */
  readonly #edges: Float64Array;
  readonly #starts: Int32Array;
  /** The first step of a column's search, 2^(n - 1); 0 for a column of one bin. */
  readonly #strides: Int32Array;
  readonly #firsts: Int32Array;
  readonly #missing: Int32Array;

  constructor({ features, histograms }: BinnedVersion) {
    const known = features.map(({ name }) => [name, histograms.features[name] ?? NOTHING] as const);
    this.columns = layOut([...known, ['score', histograms.score]]);
    const inner = this.columns.map(({ histogram }) => fillUp(histogram.edges.slice(1, -1)));
    this.#edges = Float64Array.from(inner.flat());
    this.#starts = Int32Array.from(inner, (_, column) => inner.slice(0, column).flat().length);
    this.#strides = Int32Array.from(inner, ({ length }) => (length + 1) >> 1);
    this.#firsts = Int32Array.from(this.columns, ({ first }) => first);
    this.#missing = Int32Array.from(this.columns, ({ first, bins }) => first + bins);
    this.size = this.columns.reduce((sum, { bins }) => sum + bins + 1, 0);
  }

  /**
   * Counts one row.
   * @param counts `size` of them
   * @param matrix features in model order from `offset` on, NaN where a value is missing
   */
  count(counts: Uint32Array, matrix: Float32Array, offset: number, score: number): void {
    const last = this.columns.length - 1;
    for (let column = 0; column < last; column++) counts[this.#slotOf(column, matrix[offset + column]!)]!++;
    counts[this.#slotOf(last, score)]!++;
  }

  /** Binary search for the number of edges that are not above the value. */
  #slotOf(column: number, value: number): number {
    if (Number.isNaN(value)) return this.#missing[column]!;
    const edges = this.#edges;
    const start = this.#starts[column]!;
    let at = start;
    for (let stride = this.#strides[column]!; stride > 0; stride >>= 1) {
      at += stride * Number(value >= edges[at + stride - 1]!);
    }
    return this.#firsts[column]! + at - start;
  }
}

function fillUp(edges: readonly number[]): number[] {
  const length = 2 ** Math.ceil(Math.log2(edges.length + 1)) - 1;
  return Array.from({ length }, (_, index) => edges[index] ?? Infinity);
}

function layOut(named: readonly (readonly [string, Histogram])[]): ColumnBins[] {
  let first = 0;
  return named.map(([name, histogram]) => {
    const bins = Math.max(1, histogram.counts.length);
    const column = { name, histogram, first, bins };
    first += bins + 1;
    return column;
  });
}
