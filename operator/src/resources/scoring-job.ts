import type { ScoringJob, StockoutModel } from '@stockout/crds';
import type { Job } from '../api/kubernetes.ts';
import { buildJob } from './job.ts';
import { MANIFEST_FILE } from './manifest-file.ts';
import { LABEL, labelsOf } from './names.ts';
import { RESULT_FILE } from './pod.ts';
import { keyOfScoringRun } from './run-names.ts';

/** The result is in the ScoringJob's status long before; the pods' logs stay this long. */
const TTL_SECONDS = 86_400;

export interface ScoringRunInput {
  job: ScoringJob;
  model: StockoutModel;
  /** See `scoringRunName`. */
  run: string;
  /** Pinned for the whole run. */
  version: string;
  /** Runs that may not commit once this one has. */
  replaces?: readonly string[];
  image: string;
}

export function buildScoringRun(input: ScoringRunInput): Job {
  const { job, model, run, version } = input;
  const { secretRef } = job.spec.engine;
  const labels = {
    ...labelsOf(job.metadata.name, 'scoring'),
    [LABEL.scoringJob]: job.metadata.name,
    [LABEL.run]: run,
    [LABEL.runKey]: keyOfScoringRun(job, run) ?? '',
    [LABEL.version]: version,
  };
  return buildJob({
    owner: job,
    name: run,
    labels,
    container: {
      name: 'score',
      image: input.image,
      args: scoreArgs(input),
      resources: job.spec.resources,
      storage: model.spec.storage,
      secrets: secretRef === undefined ? [] : [secretRef.name],
      readOnlyStorage: false,
      mounts: [],
    },
    placement: job.spec,
    manifest: [job, model],
    backoffLimit: job.spec.backoffLimit,
    activeDeadlineSeconds: job.spec.activeDeadlineSeconds,
    ttlSecondsAfterFinished: TTL_SECONDS,
    shards: job.spec.shards,
  });
}

function scoreArgs({ model, run, version, replaces = [] }: ScoringRunInput): string[] {
  const inputs = ['-f', MANIFEST_FILE, '--storage', model.spec.storage.uri];
  const names = ['--run', run, ...replaces.flatMap((name) => ['--replaces', name])];
  return ['score', ...inputs, ...names, '--model-version', version, '--result-file', RESULT_FILE];
}
