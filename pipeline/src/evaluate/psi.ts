import { type Histogram, stabilityIndex } from '@stockout/contracts';

/**
 * The population stability index of a column's values against a histogram. Missing values are a bin, values beyond
 * the edges belong to the first and last. null without values on one side.
 */
export function columnStability({ edges, counts, nulls }: Histogram, values: Float32Array): number | null {
  const actual = new Float64Array(counts.length + 1);
  for (const value of values) actual[Number.isNaN(value) ? counts.length : binOf(edges, value)]! += 1;
  return stabilityIndex([...counts, nulls], actual);
}

/** The last bin whose lower edge is not above the value. */
function binOf(edges: readonly number[], value: number): number {
  let bin = 0;
  while (bin + 2 < edges.length && value >= edges[bin + 1]!) bin += 1;
  return bin;
}
