import { z } from 'zod';
import { versionNameSchema } from './manifest.ts';
import { championSchema, metricsSchema } from './metrics.ts';

/** What two versions are worth on the held-out rows of the first: both were scored at the same time. */
export const comparisonSchema = z.object({
  version: versionNameSchema,
  metrics: metricsSchema,
  champion: championSchema,
});
export type Comparison = z.infer<typeof comparisonSchema>;
