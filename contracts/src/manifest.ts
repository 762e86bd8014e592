import { z } from 'zod';
import { calibrationSchema } from './calibration.ts';
import { confidenceSchema } from './confidence.ts';
import { dataProfileSchema } from './data-profile.ts';
import { featureSchema } from './features.ts';
import { gateVerdictSchema } from './gates.ts';
import {
  baselineSchema,
  championSchema,
  coldStartSchema,
  confusionMatrixSchema,
  metricsSchema,
} from './metrics.ts';
import { rawRowsSchema } from './raw-rows.ts';
import { searchSchema } from './search.ts';

export const sha256Schema = z.string().regex(/^sha256:[0-9a-f]{64}$/);
export const versionNameSchema = z.string().regex(/^v[1-9][0-9]{0,8}$/);

/** Of a file of a version: none lies anywhere else than beside manifest.json. */
const fileNameSchema = z.string().regex(/^(?!\.+$)[^/\\\0]+$/);

/** Counts of a column's training values between edges; `counts[i]` lies in [edges[i], edges[i+1]). */
export const histogramSchema = z.object({
  edges: z.array(z.number()),
  counts: z.array(z.int().nonnegative()),
  nulls: z.int().nonnegative(),
});
export type Histogram = z.infer<typeof histogramSchema>;

/**
 * `manifest.json`: written last, so a version exists exactly when its manifest does.
 * It pins every other file of the version by its SHA-256.
 */
export const manifestSchema = z.object({
  formatVersion: z.literal(1),
  namespace: z.string(),
  model: z.string(),
  version: versionNameSchema,
  /** The training run that made it: a retried run finds its own version by this. */
  run: z.string(),
  trainedAt: z.iso.datetime(),
  /** The time of the schedule that asked for it; absent where the spec alone did. */
  scheduledFor: z.iso.datetime().optional(),
  /** Of model.ubj: the same spec, data version and seed give the same digest. */
  digest: sha256Schema,
  files: z.record(fileNameSchema, z.object({ sha256: sha256Schema, bytes: z.int().nonnegative() })),
  /** In model order: column i of the matrix that XGBoost sees. */
  features: z.array(featureSchema).min(1),
  /** What they are made of; absent in versions made before there was POST /predict/history. */
  raw: rawRowsSchema.optional(),
  horizonDays: z.int().positive(),
  threshold: z.object({
    strategy: z.enum(['Fixed', 'F1', 'Cost']),
    /** From which score on a row is labelled 1. */
    value: z.number(),
    /** Of strategy Cost: what it was chosen by. */
    missedStockout: z.number().optional(),
    falseAlarm: z.number().optional(),
  }),
  /** Absent: a score is the logistic function of the margin. */
  calibration: calibrationSchema.optional(),
  data: z.object({
    table: z.string(),
    /** The raw Delta table's version. */
    version: z.int().nonnegative(),
    firstDay: z.iso.date(),
    lastDay: z.iso.date(),
    trainRows: z.int().nonnegative(),
    /** Rows that neither train nor test; absent where nothing was chosen on any. */
    validationRows: z.int().nonnegative().optional(),
    testRows: z.int().nonnegative(),
    profile: dataProfileSchema.optional(),
  }),
  split: z.record(z.string(), z.union([z.string(), z.number()])),
  params: z.record(z.string(), z.union([z.string(), z.number()])),
  /** How the params were found; absent where they are the spec's. */
  search: searchSchema.optional(),
  metrics: metricsSchema,
  /** The metrics of the scores as they were before the calibration, on the same rows. */
  uncalibrated: metricsSchema.optional(),
  confusionMatrix: confusionMatrixSchema,
  /** How sure metrics and differences are; absent in versions made before there was one. */
  confidence: confidenceSchema.optional(),
  /** On the test rows of stores and products that are new; absent where there are none. */
  coldStart: coldStartSchema.optional(),
  baseline: baselineSchema.optional(),
  champion: championSchema.optional(),
  gates: z.array(gateVerdictSchema),
  warnings: z.array(z.string()),
  libraries: z.record(z.string(), z.string()),
  /** Rows with XGBoost's own margins, and their scores: a predictor is ready only once it reproduces them. */
  golden: z.array(
    z.object({ features: z.array(z.number().nullable()), margin: z.number(), score: z.number() }),
  ),
  histograms: z.object({ features: z.record(z.string(), histogramSchema), score: histogramSchema }),
});
export type Manifest = z.infer<typeof manifestSchema>;

/** The folder of a version below `storage.uri`. */
export function versionPath(namespace: string, model: string, version: string): string {
  return `models/${namespace}/${model}/${version}`;
}
