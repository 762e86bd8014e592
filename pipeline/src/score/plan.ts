import { InputError, versionNameSchema } from '@stockout/contracts';
import type { ScoringJob } from '@stockout/crds';
import type { Storage } from '@stockout/storage';
import { z } from 'zod';
import type { PipelineContext } from '../context.ts';
import { addDays } from '../days.ts';
import { type FeaturesTable, ensureFeatures } from '../features.ts';
import { readStored, requireStored } from './stored.ts';

/** What a run scores and with what: pinned by its first try, so that every further try does the same. */
const planSchema = z.object({
  formatVersion: z.literal(1),
  run: z.string(),
  /** Also the `scored_at` of the run's rows: a retry writes the same rows. */
  createdAt: z.iso.datetime(),
  version: versionNameSchema,
  input: z.object({
    table: z.string(),
    version: z.int().nonnegative(),
    featuresTable: z.string(),
    /** Both are scored. */
    firstDay: z.iso.date(),
    lastDay: z.iso.date(),
  }),
  output: z.object({ table: z.string(), mode: z.enum(['Overwrite', 'Append', 'ReplaceWindow']) }),
  /** How many parts the rows are scored in. */
  shards: z.int().positive().default(1),
  /** Earlier runs that may not commit once this one has. */
  replaces: z.array(z.string()).default([]),
});
export type ScoringPlan = z.infer<typeof planSchema>;

/** All runs of a namespace's jobs, below storage.uri. */
export function runsFolder(namespace: string): string {
  return `runs/${namespace}`;
}

/** The tables that a run wrote to, by its plan; none where the plan cannot be read. */
export async function tablesOfPlan(storage: Storage, key: string): Promise<string[]> {
  const plan = await readStored(storage, key, planSchema).catch(() => undefined);
  return plan === undefined ? [] : [plan.input.featuresTable, plan.output.table];
}

/** The folder of a run, below storage.uri. */
export function runFolder(job: ScoringJob, run: string): string {
  return `${runsFolder(job.metadata.namespace)}/${job.metadata.name}/${run}`;
}

/** What a run is asked to do beyond what its job says. */
export interface PlanRequest {
  run: string;
  shards: number;
  replaces: readonly string[];
  /** Called when there is no plan yet. */
  version: () => Promise<string>;
}

/** The run's plan: the one that stands, or else a new one of the newest data. */
export async function claimPlan(
  context: PipelineContext,
  storage: Storage,
  job: ScoringJob,
  request: PlanRequest,
): Promise<ScoringPlan> {
  const standing = await findPlan(storage, job, request.run);
  if (standing !== undefined) return standing;
  const key = planKey(job, request.run);
  const plan = await makePlan(context, job, request);
  if (await storage.putIfAbsent(key, JSON.stringify(plan))) return plan;
  return requireStored(storage, key, planSchema);
}

/** The plan that stands, if one does. */
export function findPlan(storage: Storage, job: ScoringJob, run: string): Promise<ScoringPlan | undefined> {
  return readStored(storage, planKey(job, run), planSchema);
}

function planKey(job: ScoringJob, run: string): string {
  return `${runFolder(job, run)}/plan.json`;
}

/** SQL: the plan's days. */
export function isScored({ input: { firstDay, lastDay } }: ScoringPlan): string {
  return `date BETWEEN DATE '${firstDay}' AND DATE '${lastDay}'`;
}

/**
 * SQL: the plan's days of a shard's series. By MD5, which every release of DuckDB computes alike: shards of one run may
 * be scored by pods of two releases, and its own hash promises nothing.
 * @param shard from 0
 */
export function isOfShard(plan: ScoringPlan, shard: number): string {
  if (plan.shards === 1) return isScored(plan);
  const series = 'concat(CAST(store_id AS VARCHAR), chr(31), CAST(product_id AS VARCHAR))';
  return `${isScored(plan)} AND md5_number_lower(${series}) % ${plan.shards} = ${shard}`;
}

/**
 * @param needed by the version
 * @param found in the data
 * @throws InputError when the version needs features that the data lacks
 */
export function requireFeatures(
  { version, input }: ScoringPlan,
  needed: readonly string[],
  found: readonly string[],
): void {
  const missing = needed.filter((name) => !found.includes(name));
  if (missing.length === 0) return;
  throw new InputError(
    `${version} needs ${missing.join(', ')}, which version ${input.version} of table ${input.table} ` +
      'has no columns for: score with a version that was trained on such data, or ingest those columns',
  );
}

/** The features that a plan scores, where they are scored here. */
export function planFeatures(context: PipelineContext, { input }: ScoringPlan): Promise<FeaturesTable> {
  return ensureFeatures(context, {
    engine: { type: 'DuckDB' },
    rawTable: input.table,
    rawVersion: input.version,
    featuresTable: input.featuresTable,
  });
}

async function makePlan(
  context: PipelineContext,
  job: ScoringJob,
  { run, shards, replaces, version }: PlanRequest,
): Promise<ScoringPlan> {
  const scoring = await version();
  const { data } = context.model.spec;
  const table = job.spec.input.table ?? data.rawTable;
  // Another raw table has a features table of its own: the model's stays as its training made it.
  const featuresTable = table === data.rawTable ? data.featuresTable : `${table}_features`;
  const { table: output, mode } = job.spec.output;
  if (output === table || output === featuresTable) {
    throw new InputError(
      `spec.output.table is ${output}, which the run reads: give the predictions a table of their own`,
    );
  }
  await using features = await ensureFeatures(context, {
    rawTable: table,
    rawVersion: 'newest',
    featuresTable,
    engine: job.spec.engine,
    reads: false,
  });
  const { lastDays } = job.spec.input;
  return {
    formatVersion: 1,
    run,
    createdAt: new Date().toISOString(),
    version: scoring,
    input: {
      table,
      version: features.rawVersion,
      featuresTable,
      firstDay: lastDays === undefined ? features.firstDay : addDays(features.lastDay, 1 - lastDays),
      lastDay: features.lastDay,
    },
    output: { table: output, mode },
    shards,
    replaces: [...replaces],
  };
}
