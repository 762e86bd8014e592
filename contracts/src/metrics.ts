import { z } from 'zod';

/** The quality metrics of a binary classifier, in the order in which people read them. */
export const METRIC_NAMES = ['auc', 'prAuc', 'f1', 'precision', 'recall', 'brier', 'logLoss', 'ece'] as const;
export type MetricName = (typeof METRIC_NAMES)[number];

/** Metrics of which less is better; of all others more is. */
export const LOWER_IS_BETTER: ReadonlySet<MetricName> = new Set(['brier', 'logLoss', 'ece']);

/** null where a metric is not defined on the rows at hand (AUC of one class, say). JSON has no NaN. */
export const metricsSchema = z.object(
  Object.fromEntries(METRIC_NAMES.map((name) => [name, z.number().nullable()])) as Record<
    MetricName,
    z.ZodNullable<z.ZodNumber>
  >,
);
export type Metrics = z.infer<typeof metricsSchema>;

/** Rows by truth and by verdict at the version's threshold. */
export const confusionMatrixSchema = z.object({
  tn: z.int().nonnegative(),
  fp: z.int().nonnegative(),
  fn: z.int().nonnegative(),
  tp: z.int().nonnegative(),
});
export type ConfusionMatrix = z.infer<typeof confusionMatrixSchema>;

/** The best single feature, used as a score by itself: what a model has to beat. */
export const baselineSchema = z.object({
  feature: z.string(),
  /** 1: more of the feature is more risk; -1: less of it is. */
  direction: z.union([z.literal(1), z.literal(-1)]),
  auc: z.number().nullable(),
  prAuc: z.number().nullable(),
  /** The F1 of the best cut over the test rows: generous to the baseline. */
  f1: z.number().nullable(),
});
export type Baseline = z.infer<typeof baselineSchema>;

/** Quality where there is little history to go by. */
export const coldStartSchema = z.object({
  rows: z.int().positive(),
  positives: z.int().nonnegative(),
  auc: z.number().nullable(),
  prAuc: z.number().nullable(),
  precision: z.number().nullable(),
  recall: z.number().nullable(),
});

/** The serving version's quality on the candidate's own test rows. */
export const championSchema = z.object({ version: z.string(), metrics: metricsSchema });
export type Champion = z.infer<typeof championSchema>;
