import { z } from 'zod';

const contributionSchema = z.object({
  feature: z.string().meta({ examples: ['inventory'] }),
  value: z.number().nullable().describe('As the model sees it: a 32-bit float, null where it is not known.'),
  contribution: z.number().describe('Log odds that it adds to the margin: above 0 raises the risk.'),
});

/** Why a row has its score: exact TreeSHAP values. All figures but the features' values are log odds, as 32-bit floats. */
export const explanationSchema = z.object({
  margin: z
    .number()
    .describe(
      'The raw score, which bias, contributions and rest sum to. The logistic function, or the calibration of the version, makes the score of it.',
    ),
  bias: z.number().describe('The margin of a row of which nothing is known.'),
  contributions: z.array(contributionSchema).describe('The largest first, whatever their sign.'),
  rest: z.number().describe('The sum of the contributions that are not listed.'),
  sentence: z.string().describe('The same in words.'),
});
export type Explanation = z.infer<typeof explanationSchema>;
