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
