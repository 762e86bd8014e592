import { z } from 'zod';
import { versionNameSchema } from './manifest.ts';

const count = z.int().nonnegative();

/** One column, as the training saw it (expected) and as served rows had it (observed). */
export const columnDriftSchema = z.object({
  /** The population stability index; null where there is too little to tell, and `reason` says what. */
  psi: z.number().nullable(),
  reason: z.string().optional(),
  /** Of all rows; null where there are none. */
  missingShare: z.object({
    expected: z.number().min(0).max(1).nullable(),
    observed: z.number().min(0).max(1).nullable(),
  }),
  /** `counts[i]` lies in [edges[i], edges[i+1]); what lies beyond the edges is in the first and last bin. */
  edges: z.array(z.number()),
  counts: z.object({ expected: z.array(count), observed: z.array(count) }),
  missing: z.object({ expected: count, observed: count }),
});
export type ColumnDrift = z.infer<typeof columnDriftSchema>;

/**
 * What a predictor answers on `GET /drift`, of its own pod. Counts of several pods that serve one version may be added
 * up, and the index computed of the sums.
 */
export const driftReportSchema = z.object({
  /** namespace/name */
  model: z.string(),
  version: versionNameSchema,
  window: z.object({
    /** No older rows count, and beyond about so many rows older ones are left out. */
    seconds: z.number().positive(),
    maxRows: count,
    /** Fewer rows, in training or since, are told nothing from. */
    minRows: count,
    /** When the oldest rows that count came, or later; null without rows. */
    since: z.iso.datetime().nullable(),
  }),
  rows: count,
  /** Against the scores of the version's test rows. */
  score: columnDriftSchema,
  /** Against the training rows, in model order. */
  features: z.record(z.string(), columnDriftSchema),
});
export type DriftReport = z.infer<typeof driftReportSchema>;
