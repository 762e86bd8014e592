// Apart from the schemas: who only scores has no need of a validator.
import type { Calibration, Isotonic } from './calibration.ts';

/** XGBoost's logistic function, rounded to 32 bits. */
export function logistic(margin: number): number {
  return Math.fround(1 / (1 + Math.exp(-margin)));
}

/** From margin (log odds) to risk, both 32-bit floats. */
export function scoreOfMargin(calibration: Calibration | undefined): (margin: number) => number {
  switch (calibration?.method) {
    case undefined:
      return logistic;
    case 'Platt':
      return (margin) => logistic(calibration.slope * margin + calibration.intercept);
    case 'Isotonic':
      return (margin) => interpolate(calibration, logistic(margin));
  }
}

function interpolate({ scores, risks }: Isotonic, score: number): number {
  let [low, high] = [0, scores.length - 1];
  if (score <= scores[low]!) return Math.fround(risks[low]!);
  if (score >= scores[high]!) return Math.fround(risks[high]!);
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (scores[middle]! <= score) low = middle;
    else high = middle;
  }
  const share = (score - scores[low]!) / (scores[high]! - scores[low]!);
  return Math.fround(risks[low]! + share * (risks[high]! - risks[low]!));
}
