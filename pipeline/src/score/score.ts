import { InputError, type Manifest, type ScoreResult, type ShardResult } from '@stockout/contracts';
import type { ScoringJob } from '@stockout/crds';
import type { Storage } from '@stockout/storage';
import { type PipelineContext, storageOf } from '../context.ts';
import type { Engine } from '../engines/spark/open.ts';
import { type Scorer, loadScorer } from '../xgboost/scorer.ts';
import { awaitPlan } from './await-plan.ts';
import { commitShards } from './commit-shards.ts';
import {
  type RunOptions,
  type ScoringRun,
  appIdOf,
  beginRun,
  findResult,
  keepResult,
  manifestOf,
  replacedAppIds,
} from './run.ts';
import { type Shard, publishShard } from './shard.ts';
import { type ShardOfRun, allShards, shardKey, shardsOf } from './shards.ts';

export interface ScoreOptions extends RunOptions {
  loadScorer?: (storage: Storage, manifest: Manifest) => Promise<Scorer & Partial<AsyncDisposable>>;
}

export interface ShardOptions extends ScoreOptions {
  /** All pods of the run have it from whoever started them. */
  run: string;
  /** How long all pods but the first wait for the plan before they make it. Default: five minutes. */
  patienceMs?: number | undefined;
}

const PATIENCE_MS = 300_000;
const ALONE: ShardOfRun = { index: 0, of: 1 };

/**
 * Scores the job's days into its predictions table, exactly once a run: what a killed try has left is taken up,
 * and a run that is done gives the same result again. By one process, whatever the job's shards.
 * @throws InputError when there is no such version or table, or the version needs features that the data lacks
 */
export async function score(
  context: PipelineContext,
  job: ScoringJob,
  options: ScoreOptions = {},
): Promise<ScoreResult> {
  const run = await beginRun(context, job, 1, options);
  const standing = await findResult(run);
  if (standing !== undefined) return standing;
  const { engine } = job.spec;
  if (engine.type === 'Spark') return scoreThere(run, engine);
  return commitRun(run, await publishOwn(run, ALONE, options));
}

/**
 * A pod's part of a run that several pods do together, as exactly-once as the whole: each series of a store and product
 * is in one shard, and the pod that finds all shards published commits them at once.
 * @returns the run's result, once it is committed; until then that of the part
 * @throws InputError as `score` does, and for engine Spark: a cluster spreads the rows by itself
 */
export async function scoreShard(
  context: PipelineContext,
  job: ScoringJob,
  shard: ShardOfRun,
  options: ShardOptions,
): Promise<ScoreResult | ShardResult> {
  if (job.spec.engine.type === 'Spark') {
    throw new InputError(
      'engine Spark has no shards, its cluster spreads the rows by itself: leave --shard out',
    );
  }
  const { patienceMs = PATIENCE_MS } = options;
  const { signal } = context;
  if (shard.index > 0) await awaitPlan(storageOf(context), job, options.run, { patienceMs, signal });
  const run = await beginRun(context, job, shard.of, options);
  const standing = await findResult(run);
  if (standing !== undefined) return standing;
  const own = await publishOwn(run, shard, options);
  const shards = await allShards(run.storage, run.folder, run.plan.shards);
  return shards === undefined ? partOf(run, shard, own) : commitRun(run, shards);
}

async function publishOwn(run: ScoringRun, shard: ShardOfRun, options: ScoreOptions): Promise<Shard[]> {
  const { context, storage, folder, plan } = run;
  const open = async () => (options.loadScorer ?? loadScorer)(storage, await manifestOf(run));
  const shards: Shard[] = [];
  for (const each of shardsOf(shard, plan.shards)) {
    const request = { key: shardKey(folder, each), plan, shard: each };
    shards.push(await publishShard(context, storage, request, open));
    context.signal?.throwIfAborted();
  }
  return shards;
}

function partOf({ plan }: ScoringRun, { index }: ShardOfRun, own: readonly Shard[]): ShardResult {
  const { run, version } = plan;
  return { kind: 'shard', run, version, index, rows: sum(own.map(({ rows }) => rows)) };
}

async function commitRun(run: ScoringRun, shards: readonly Shard[]): Promise<ScoreResult> {
  const names = { appId: appIdOf(run), replaced: replacedAppIds(run) };
  const tableVersion = await commitShards(run.context, run.plan, names, shards);
  return keepResult(run, {
    rows: sum(shards.map(({ rows }) => rows)),
    atRisk: sum(shards.map(({ atRisk }) => atRisk)),
    tableVersion,
    // They were scored side by side.
    seconds: Math.max(...shards.map(({ seconds }) => seconds)),
  });
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

async function scoreThere(run: ScoringRun, engine: Engine): Promise<ScoreResult> {
  const start = performance.now();
  const { context, storage, plan } = run;
  const manifest = await manifestOf(run);
  const { scoreOnSpark } = await import('../engines/spark/score.ts');
  const scored = await scoreOnSpark(context, engine, storage, { plan, manifest, appId: appIdOf(run) });
  return keepResult(run, { ...scored, seconds: Math.round(performance.now() - start) / 1000 });
}
