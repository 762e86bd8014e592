/** A share of 0 has no logarithm: it is taken for one in ten thousand. */
const LEAST_SHARE = 1e-4;

/**
 * The population stability index: the sum over bins of (actual - expected) x ln(actual / expected), shares of each
 * side (Siddiqi 2006, Credit Risk Scorecards). By the usual rule of thumb nothing has changed below .1, and much has
 * above .2. Smoothing: a share below 1e-4 counts as 1e-4, so that a bin that one side never met counts for much and
 * not for everything; shares are not scaled to 1 again.
 * @param expected counts by bin, that of missing values among them
 * @param actual counts by the same bins
 * @returns null where one side counts nothing
 */
export function stabilityIndex(expected: readonly number[], actual: ArrayLike<number>): number | null {
  const [before, now] = [sumOf(expected), sumOf(actual)];
  if (before === 0 || now === 0) return null;
  return expected.reduce((sum, count, bin) => {
    const [was, is] = [shareOf(count, before), shareOf(actual[bin] ?? 0, now)];
    return sum + (is - was) * Math.log(is / was);
  }, 0);
}

function sumOf(counts: ArrayLike<number>): number {
  let sum = 0;
  for (let bin = 0; bin < counts.length; bin++) sum += counts[bin] as number;
  return sum;
}

function shareOf(count: number, total: number): number {
  return Math.max(count / total, LEAST_SHARE);
}
