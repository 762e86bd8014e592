import type { Calibration } from '@stockout/contracts';

/** From margin to risk as SQL, as contracts' `scoreOfMargin` does it: a DOUBLE that holds a 32-bit float. */
export function scoreOfMarginSql(margin: string, calibration: Calibration | undefined): string {
  switch (calibration?.method) {
    case undefined:
      return logistic(`CAST(${margin} AS DOUBLE)`);
    case 'Platt':
      return logistic(`(${double(calibration.slope)} * ${margin} + ${double(calibration.intercept)})`);
    case 'Isotonic': {
      const score = logistic(`CAST(${margin} AS DOUBLE)`);
      return rounded(between(score, calibration.scores, calibration.risks, 0, calibration.scores.length - 1));
    }
  }
}

function logistic(margin: string): string {
  return rounded(`1e0 / (1e0 + exp(-${margin}))`);
}

/**
 * The knots from `low` to `high` by halves, so that a row meets few of them: the line between two of them, constant
 * beyond the outermost.
 */
function between(
  score: string,
  scores: readonly number[],
  risks: readonly number[],
  low: number,
  high: number,
): string {
  if (high - low > 1) {
    const middle = (low + high) >> 1;
    const [below, above] = [
      between(score, scores, risks, low, middle),
      between(score, scores, risks, middle, high),
    ];
    return `CASE WHEN ${score} < ${double(scores[middle]!)} THEN ${below} ELSE ${above} END`;
  }
  const [x0, x1, y0, y1] = [scores[low]!, scores[high]!, risks[low]!, risks[high]!];
  const share = `least(greatest((${score} - ${double(x0)}) / ${double(x1 - x0)}, 0e0), 1e0)`;
  return `${double(y0)} + ${share} * ${double(y1 - y0)}`;
}

function rounded(value: string): string {
  return `CAST(CAST(${value} AS FLOAT) AS DOUBLE)`;
}

/** All digits of a 64-bit float, which are a DOUBLE in both engines for their exponent. */
function double(value: number): string {
  return value < 0 ? `(${value.toExponential()})` : value.toExponential();
}
