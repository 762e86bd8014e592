import { z } from 'zod';
import { comparisonSchema } from './comparison.ts';
import { gateVerdictSchema } from './gates.ts';
import { sha256Schema, versionNameSchema } from './manifest.ts';
import { baselineSchema, championSchema, confusionMatrixSchema, metricsSchema } from './metrics.ts';
import { ALIASES, trackedSchema } from './tracking.ts';

/** The kubelet keeps 4,096 bytes of a termination message; we stay well below. */
export const MAX_RESULT_BYTES = 3072;

/** What `stockout train` reports: enough to judge the version's gates without opening its storage. */
export const trainResultSchema = z.object({
  kind: z.literal('train'),
  run: z.string(),
  version: versionNameSchema,
  uri: z.string(),
  digest: sha256Schema,
  trainedAt: z.iso.datetime(),
  dataVersion: z.int().nonnegative(),
  /** Names, in model order: two versions can take turns only if callers need send nothing new. */
  features: z.array(z.string()),
  metrics: metricsSchema,
  confusionMatrix: confusionMatrixSchema,
  baseline: baselineSchema.optional(),
  champion: championSchema.optional(),
  gates: z.array(gateVerdictSchema.omit({ message: true })),
  warnings: z.array(z.string()),
  /** Absent where MLflow was not asked for or could not be told; the operator adds which it was, see `digestOfTarget`. */
  mlflow: trackedSchema.extend({ target: z.string().optional() }).optional(),
  seconds: z.number(),
  /** The time of the schedule that asked for it; absent where the spec alone did. */
  scheduledFor: z.iso.datetime().optional(),
});
export type TrainResult = z.infer<typeof trainResultSchema>;

export const scoreResultSchema = z.object({
  kind: z.literal('score'),
  run: z.string(),
  version: versionNameSchema,
  rows: z.int().nonnegative(),
  atRisk: z.int().nonnegative(),
  tableVersion: z.int().nonnegative(),
  seconds: z.number(),
});
export type ScoreResult = z.infer<typeof scoreResultSchema>;

/** Of a pod that scored its part of a run while other parts were still to come: whoever is last commits. */
export const shardResultSchema = z.object({
  kind: z.literal('shard'),
  run: z.string(),
  version: versionNameSchema,
  /** The pod's, from 0. */
  index: z.int().nonnegative(),
  rows: z.int().nonnegative(),
});
export type ShardResult = z.infer<typeof shardResultSchema>;

/** What `stockout register` has told MLflow. */
export const registerResultSchema = z.object({
  kind: z.literal('register'),
  versions: z.array(trackedSchema.extend({ version: versionNameSchema })),
  /** Versions that cannot be told of, each with why: their files are gone, say. */
  skipped: z.array(z.object({ version: versionNameSchema, message: z.string() })),
  /** The version behind each alias that was set; null where it was taken away. */
  aliases: z.partialRecord(z.enum(ALIASES), versionNameSchema.nullable()),
});
export type RegisterResult = z.infer<typeof registerResultSchema>;

/** What `stockout recover` found in storage of versions that are not on record. */
export const recoverResultSchema = z.object({
  kind: z.literal('recover'),
  /** See `packResults`. */
  packed: z.string(),
  /** Asked for by name, and not in storage. */
  absent: z.array(versionNameSchema),
  /** In storage, and not to be relied upon: each with why. */
  passedOver: z.array(z.object({ version: versionNameSchema, message: z.string() })),
  /** There was no room for these: they have to be asked for by name. */
  left: z.array(versionNameSchema),
});
export type RecoverResult = z.infer<typeof recoverResultSchema>;

/** What `stockout evaluate` found of a version beside another one. */
export const evaluateResultSchema = comparisonSchema.extend({ kind: z.literal('evaluate') });
export type EvaluateResult = z.infer<typeof evaluateResultSchema>;

/** What `stockout remove-versions` took away. */
export const removeResultSchema = z.object({
  kind: z.literal('remove'),
  versions: z.int().nonnegative(),
  files: z.int().nonnegative(),
});
export type RemoveResult = z.infer<typeof removeResultSchema>;

/** What went wrong, in a sentence that names the field or file and what to do. */
export const failureResultSchema = z.object({
  kind: z.literal('failure'),
  exitCode: z.int(),
  message: z.string(),
  /** Whose fault it is, where the same may go well later; see `StorageError`. */
  cause: z.literal('storage').optional(),
});
export type FailureResult = z.infer<typeof failureResultSchema>;

/** The one line of JSON in a Job container's termination message. */
export const runResultSchema = z.discriminatedUnion('kind', [
  trainResultSchema,
  scoreResultSchema,
  shardResultSchema,
  registerResultSchema,
  recoverResultSchema,
  evaluateResultSchema,
  removeResultSchema,
  failureResultSchema,
]);
export type RunResult = z.infer<typeof runResultSchema>;
