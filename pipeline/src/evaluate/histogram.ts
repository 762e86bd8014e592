import type { Histogram } from '@stockout/contracts';

/** At most so many bins: enough for a population stability index, small enough for a manifest. */
const MAX_BINS = 20;

/**
 * Counts between quantiles of the values themselves, so that every bin holds about the same number of rows and an
 * outlier cannot empty the rest. Edges are distinct; the last bin includes the largest value, which its last edge
 * exceeds by the smallest step of a 32-bit float.
 * @param values NaN is counted as null
 */
export function histogramOf(values: Float32Array): Histogram {
  return sortIntoHistogram(values.slice());
}

/** The same without a copy: the values are in order then. */
export function sortIntoHistogram(values: Float32Array): Histogram {
  // NaN comes last.
  values.sort();
  const known = values.findLastIndex((value) => !Number.isNaN(value)) + 1;
  const sorted = values.subarray(0, known);
  const nulls = values.length - known;
  if (sorted.length === 0) return { edges: [], counts: [], nulls };
  const edges = quantileEdges(sorted);
  return { edges, counts: countBetween(sorted, edges), nulls };
}

/**
 * A value that is several quantiles ends its bin: a flag that is 1 on one row in a hundred has a bin for each of its
 * values, for in a single one no drift could be seen.
 */
function quantileEdges(sorted: Float32Array): number[] {
  const edges = new Set<number>();
  let before: number | undefined;
  for (let bin = 0; bin < MAX_BINS; bin++) {
    const value = sorted[Math.floor((bin * sorted.length) / MAX_BINS)] as number;
    const edge = value === before ? firstAbove(sorted, value) : value;
    if (edge !== undefined) edges.add(edge);
    before = value;
  }
  return [...edges, nextFloat(sorted.at(-1) as number)];
}

/** The smallest value above the given one, by binary search. */
function firstAbove(sorted: Float32Array, value: number): number | undefined {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as number) > value) high = middle;
    else low = middle + 1;
  }
  return sorted[low];
}

function countBetween(sorted: Float32Array, edges: readonly number[]): number[] {
  const counts: number[] = Array.from({ length: edges.length - 1 }, () => 0);
  let bin = 0;
  for (const value of sorted) {
    while (value >= (edges[bin + 1] as number)) bin += 1;
    counts[bin] = (counts[bin] as number) + 1;
  }
  return counts;
}

/** The smallest 32-bit float above `value`. */
export function nextFloat(value: number): number {
  const float = new Float32Array([value + 0]);
  const bits = new Int32Array(float.buffer);
  const word = bits[0] as number;
  bits[0] = value === 0 ? 1 : word + (word < 0 ? -1 : 1);
  return float[0] as number;
}
