import { z } from 'zod';

/** risk = logistic(slope x margin + intercept) (Platt 1999): the order of the rows stays. */
const plattSchema = z.object({ method: z.literal('Platt'), slope: z.number(), intercept: z.number() });

/**
 * Risk is a line from knot to knot over the uncalibrated score, and constant beyond the first and the last.
 * Both lists rise.
 */
const isotonicSchema = z.object({
  method: z.literal('Isotonic'),
  scores: z.array(z.number()).min(2),
  risks: z.array(z.number()).min(2),
});
export type Isotonic = z.infer<typeof isotonicSchema>;

/** How a model's margins become probabilities, where that is more than the logistic function. */
export const calibrationSchema = z.discriminatedUnion('method', [plattSchema, isotonicSchema]);
export type Calibration = z.infer<typeof calibrationSchema>;

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
