import { createHash } from 'node:crypto';
import { z } from 'zod';

/** The aliases of a registered model that show what Kubernetes has decided. */
export const ALIASES = ['champion', 'challenger'] as const;
export type Alias = (typeof ALIASES)[number];

/** Where MLflow shows a version. */
export const trackedSchema = z.object({
  runId: z.string(),
  /** Of the registered model; absent where none is asked for. */
  modelVersion: z.string().optional(),
  /** Whether its gates held, as MLflow shows it. */
  passed: z.boolean(),
});
export type Tracked = z.infer<typeof trackedSchema>;

/** What MLflow shows of a model, as far as Jobs have told it: a picture of what was done, which can be done again. */
export const trackingRecordSchema = z.object({
  /** See `digestOfTarget`: what was told to another one counts for nothing. */
  target: z.string(),
  /** When the newest Job ended whose result is in here. */
  finishedAt: z.string(),
  versions: z.record(z.string(), trackedSchema),
  /** Versions that cannot be told of, with why. */
  skipped: z.record(z.string(), z.string()),
  aliases: z.partialRecord(z.enum(ALIASES), z.string().nullable()),
});
export type TrackingRecord = z.infer<typeof trackingRecordSchema>;

/** What MLflow is told: another server, experiment or registered model has to be told anew. */
export interface TrackingTarget {
  trackingUri: string;
  experiment: string;
  registeredModel?: string | undefined;
}

/** Ten hexadecimal digits that name a target. */
export function digestOfTarget({ trackingUri, experiment, registeredModel }: TrackingTarget): string {
  const text = JSON.stringify([trackingUri.replace(/\/+$/, ''), experiment, registeredModel ?? null]);
  return createHash('sha256').update(text).digest('hex').slice(0, 10);
}
