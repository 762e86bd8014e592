import { randomUUID } from 'node:crypto';
import { InputError, type Manifest, type ScoreResult, scoreResultSchema } from '@stockout/contracts';
import type { ScoringJob } from '@stockout/crds';
import type { Storage } from '@stockout/storage';
import { type PipelineContext, storageOf } from '../context.ts';
import type { Engine } from '../engines/spark/open.ts';
import { scoreOnSpark } from '../engines/spark/score.ts';
import { listVersions } from '../versions/list-versions.ts';
import { requireManifest } from '../versions/manifest.ts';
import { type Scorer, loadScorer } from '../xgboost/scorer.ts';
import { commitShards } from './commit-shards.ts';
import { type ScoringPlan, claimPlan, runFolder } from './plan.ts';
import { publishShard } from './shard.ts';
import { readStored } from './stored.ts';

export interface ScoreOptions {
  /** Names the run: tried again under the same name it never commits twice. Default: a run of its own. */
  run?: string | undefined;
  /** Default: the job's spec.version, else the newest that has passed its gates. */
  version?: string | undefined;
  loadScorer?: (storage: Storage, manifest: Manifest) => Promise<Scorer & Partial<AsyncDisposable>>;
}

/**
 * Scores the job's days into its predictions table, exactly once a run: what a killed try has left is taken up,
 * and a run that is done gives the same result again.
 * @throws InputError when there is no such version or table, or the version needs features that the data lacks
 */
export async function score(
  context: PipelineContext,
  job: ScoringJob,
  options: ScoreOptions = {},
): Promise<ScoreResult> {
  const storage = storageOf(context);
  const run = options.run ?? `local-${randomUUID()}`;
  const folder = runFolder(job, run);
  const { namespace, name } = context.model.metadata;
  const plan = await claimPlan(context, storage, job, run, async () => {
    const version = options.version ?? job.spec.version ?? (await newestPassed(storage, namespace, name));
    return (await requireManifest(storage, namespace, name, version)).version;
  });
  const resultKey = `${folder}/result.json`;
  const standing = await readStored(storage, resultKey, scoreResultSchema);
  if (standing !== undefined) return standing;

  const named = { plan, appId: `stockout-score:${folder}` };
  const { engine } = job.spec;
  const scored =
    engine.type === 'Spark'
      ? await scoreThere(context, engine, storage, named)
      : await scoreHere(context, storage, `${folder}/shard-0.json`, named, options);
  const result: ScoreResult = { kind: 'score', run, version: plan.version, ...scored };
  await storage.putIfAbsent(resultKey, JSON.stringify(result));
  return result;
}

type Scored = Pick<ScoreResult, 'rows' | 'atRisk' | 'tableVersion' | 'seconds'>;

/** What a run is to do, and its name across the predictions table. */
interface Named {
  plan: ScoringPlan;
  appId: string;
}

async function scoreHere(
  context: PipelineContext,
  storage: Storage,
  shardKey: string,
  { plan, appId }: Named,
  options: ScoreOptions,
): Promise<Scored> {
  const shard = await publishShard(context, storage, shardKey, plan, async () =>
    (options.loadScorer ?? loadScorer)(storage, await manifestOf(context, storage, plan)),
  );
  context.signal?.throwIfAborted();
  const tableVersion = await commitShards(context, plan, appId, [shard]);
  const { rows, atRisk, seconds } = shard;
  return { rows, atRisk, tableVersion, seconds };
}

async function scoreThere(
  context: PipelineContext,
  engine: Engine,
  storage: Storage,
  { plan, appId }: Named,
): Promise<Scored> {
  const start = performance.now();
  const manifest = await manifestOf(context, storage, plan);
  const scored = await scoreOnSpark(context, engine, storage, { plan, manifest, appId });
  return { ...scored, seconds: Math.round(performance.now() - start) / 1000 };
}

function manifestOf(context: PipelineContext, storage: Storage, { version }: ScoringPlan): Promise<Manifest> {
  const { namespace, name } = context.model.metadata;
  return requireManifest(storage, namespace, name, version);
}

async function newestPassed(storage: Storage, namespace: string, name: string): Promise<string> {
  const versions = await listVersions(storage, { namespace, name });
  const passed = versions.find(({ gates }) => gates.every((gate) => gate.passed));
  if (passed !== undefined) return passed.version;
  const known = versions.map(({ version }) => version).join(', ') || 'none';
  throw new InputError(
    `no version of ${name} has passed its gates (there are: ${known}): name one with --model-version`,
  );
}
