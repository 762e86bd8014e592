import { z } from 'zod';

/** The metrics that come with an interval. */
export const CONFIDENCE_METRICS = ['auc', 'prAuc', 'f1'] as const;
export type ConfidenceMetric = (typeof CONFIDENCE_METRICS)[number];

/** The middle 95% of what resamples of the test series gave. */
const intervalSchema = z.object({ low: z.number(), high: z.number() });
export type Interval = z.infer<typeof intervalSchema>;

/** By how much this version is better than another scorer of the same rows; below 0 it is worse. */
const gainSchema = z.object({ gain: z.number(), low: z.number(), high: z.number() });
export type Gain = z.infer<typeof gainSchema>;

function forEachMetric<T extends z.ZodType>(schema: T) {
  return z.object({ auc: schema.nullable(), prAuc: schema.nullable(), f1: schema.nullable() });
}

/**
 * How far the metrics would move with other stores and products: a bootstrap of whole series (one store x product),
 * whose rows are far too alike to count as so many witnesses. null where a metric is not defined.
 */
export const confidenceSchema = z.object({
  resamples: z.int().positive(),
  /** Series among the test rows. */
  series: z.int().positive(),
  metrics: forEachMetric(intervalSchema),
  /** The differences on the same resamples. */
  overBaseline: forEachMetric(gainSchema).optional(),
  overChampion: forEachMetric(gainSchema).optional(),
});
export type Confidence = z.infer<typeof confidenceSchema>;
