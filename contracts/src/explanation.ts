import { z } from 'zod';

/** Why a row has its score. All figures but the values are in log odds, 32-bit floats. */
export const explanationSchema = z.object({
  /** The raw score: bias, contributions and rest sum to it. The score is its logistic function, or the version's calibration. */
  margin: z.number(),
  /** The margin of a row of which nothing is known. */
  bias: z.number(),
  /** Exact TreeSHAP values, the largest first, whatever their sign: above 0 raises the risk. */
  contributions: z.array(
    z.object({ feature: z.string(), value: z.number().nullable(), contribution: z.number() }),
  ),
  /** The sum of the contributions that are not listed. */
  rest: z.number(),
  /** The same in words. */
  sentence: z.string(),
});
export type Explanation = z.infer<typeof explanationSchema>;
