import { randomUUID } from 'node:crypto';
import { InputError, type Manifest, type ScoreResult, scoreResultSchema } from '@stockout/contracts';
import type { ScoringJob } from '@stockout/crds';
import type { Storage } from '@stockout/storage';
import { type PipelineContext, storageOf } from '../context.ts';
import { listVersions } from '../versions/list-versions.ts';
import { requireManifest } from '../versions/manifest.ts';
import { type ScoringPlan, claimPlan, runFolder } from './plan.ts';
import { readStored } from './stored.ts';

/** A run that is under way. */
export interface ScoringRun {
  context: PipelineContext;
  storage: Storage;
  folder: string;
  plan: ScoringPlan;
}

/** What names a run and what it scores with. */
export interface RunOptions {
  /** Names the run: tried again under the same name it never commits twice. Default: a run of its own. */
  run?: string | undefined;
  /** Default: the job's spec.version, else the newest that has passed its gates. */
  version?: string | undefined;
  /** Runs of the job that may not commit any more once this one has. */
  replaces?: readonly string[] | undefined;
}

/** With its plan: that which stands, or a new one for so many shards. */
export async function beginRun(
  context: PipelineContext,
  job: ScoringJob,
  shards: number,
  options: RunOptions,
): Promise<ScoringRun> {
  const storage = storageOf(context);
  const { run = `local-${randomUUID()}`, replaces = [] } = options;
  const { namespace, name } = context.model.metadata;
  const version = async () => {
    const named = options.version ?? job.spec.version ?? (await newestPassed(storage, namespace, name));
    return (await requireManifest(storage, namespace, name, named)).version;
  };
  const plan = await claimPlan(context, storage, job, { run, shards, replaces, version });
  return { context, storage, folder: runFolder(job, run), plan };
}

/** Of a run that is done. */
export function findResult(run: ScoringRun): Promise<ScoreResult | undefined> {
  return readStored(run.storage, resultKey(run), scoreResultSchema);
}

export async function keepResult(
  run: ScoringRun,
  scored: Omit<ScoreResult, 'kind' | 'run' | 'version'>,
): Promise<ScoreResult> {
  const { run: name, version } = run.plan;
  const result: ScoreResult = { kind: 'score', run: name, version, ...scored };
  await run.storage.putIfAbsent(resultKey(run), JSON.stringify(result));
  return result;
}

/** The name of a run across its predictions table. */
export function appIdOf({ folder }: ScoringRun): string {
  return `stockout-score:${folder}`;
}

/** The same of the runs that this one replaces: runs of one job lie side by side. */
export function replacedAppIds({ folder, plan }: ScoringRun): string[] {
  const siblings = folder.slice(0, folder.lastIndexOf('/'));
  return plan.replaces.map((name) => `stockout-score:${siblings}/${name}`);
}

export function manifestOf({ context, storage, plan }: ScoringRun): Promise<Manifest> {
  const { namespace, name } = context.model.metadata;
  return requireManifest(storage, namespace, name, plan.version);
}

function resultKey({ folder }: ScoringRun): string {
  return `${folder}/result.json`;
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
