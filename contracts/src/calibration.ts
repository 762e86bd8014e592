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
