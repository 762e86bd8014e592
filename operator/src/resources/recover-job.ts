import type { StockoutModel } from '@stockout/crds';
import type { Job } from '../api/kubernetes.ts';
import { buildJob } from './job.ts';
import { MANIFEST_FILE } from './manifest-file.ts';
import { hashOf, LABEL, labelsOf } from './names.ts';
import { placementOf } from './placement.ts';
import { RESULT_FILE } from './pod.ts';

/** What storage is to be asked for. */
export interface Sought {
  /** Before all others, whatever they were trained on. */
  versions: readonly string[];
  /** How many of the newest besides. */
  newest: number;
}

/** A Job that failed stays this long, and is then made again: storage may be back. */
export const RECOVER_RETRY_SECONDS = 600;
const DEADLINE_SECONDS = 600;
const BACKOFF_LIMIT = 2;

/** The same things to ask of the same storage, on the same nodes: the same run. */
export function recoverRunName(model: StockoutModel, sought: Sought): string {
  const { storage, data, training } = model.spec;
  const key = { sought, storage, table: data.rawTable, days: data.horizonDays, ...placementOf(training) };
  return `${model.metadata.name}-recover-${hashOf(key)}`;
}

export function buildRecoverJob(model: StockoutModel, sought: Sought, image: string): Job {
  const { name } = model.metadata;
  const run = recoverRunName(model, sought);
  return buildJob({
    owner: model,
    name: run,
    labels: { ...labelsOf(name, 'recovery'), [LABEL.model]: name, [LABEL.run]: run },
    container: {
      name: 'recover',
      image,
      args: recoverArgs(model, sought),
      storage: model.spec.storage,
      readOnlyStorage: true,
      mounts: [],
    },
    placement: model.spec.training,
    manifest: [model],
    backoffLimit: BACKOFF_LIMIT,
    activeDeadlineSeconds: DEADLINE_SECONDS,
    ttlSecondsAfterFinished: RECOVER_RETRY_SECONDS,
  });
}

function recoverArgs(model: StockoutModel, { versions, newest }: Sought): string[] {
  const inputs = ['-f', MANIFEST_FILE, '--storage', model.spec.storage.uri];
  const named = versions.length === 0 ? [] : ['--versions', ...versions];
  return ['recover', ...inputs, ...named, '--newest', String(newest), '--result-file', RESULT_FILE];
}
