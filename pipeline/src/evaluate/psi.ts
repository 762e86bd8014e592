import type { Histogram } from '@stockout/contracts';

/** A share of 0 has no logarithm: as the usual definition does, it counts as one in ten thousand. */
const LEAST_SHARE = 1e-4;

/**
 * The population stability index, sum over the bins of (actual - expected) x ln(actual / expected), shares of both;
 * missing values are a bin, values beyond the edges belong to the first and last. By the usual rule of thumb, below
 * .1 nothing has changed, above .2 much has (Siddiqi 2006, Credit Risk Scorecards). null without values on one side.
 */
export function stabilityIndex({ edges, counts, nulls }: Histogram, values: Float32Array): number | null {
  const expected = [...counts, nulls];
  const total = expected.reduce((sum, count) => sum + count, 0);
  if (total === 0 || values.length === 0) return null;
  const actual = new Float64Array(expected.length);
  for (const value of values) actual[Number.isNaN(value) ? counts.length : binOf(edges, value)]! += 1;
  return expected.reduce((sum, count, bin) => {
    const [was, is] = [shareOf(count, total), shareOf(actual[bin]!, values.length)];
    return sum + (is - was) * Math.log(is / was);
  }, 0);
}

function shareOf(count: number, total: number): number {
  return Math.max(count / total, LEAST_SHARE);
}

/** The last bin whose lower edge is not above the value. */
function binOf(edges: readonly number[], value: number): number {
  let bin = 0;
  while (bin + 2 < edges.length && value >= edges[bin + 1]!) bin += 1;
  return bin;
}
