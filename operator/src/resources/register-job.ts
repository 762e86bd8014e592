import type { Alias } from '@stockout/contracts';
import type { StockoutModel } from '@stockout/crds';
import type { Job } from '../api/kubernetes.ts';
import { buildJob } from './job.ts';
import { MANIFEST_FILE } from './manifest-file.ts';
import { mlflowAccess } from './mlflow-access.ts';
import { hashOf, LABEL, labelsOf } from './names.ts';
import { placementOf } from './placement.ts';
import { RESULT_FILE } from './pod.ts';

/** What MLflow is to be told. */
export interface Untold {
  versions: readonly string[];
  /** null: the alias is to go. */
  aliases: Partial<Record<Alias, string | null>>;
}

/** A Job that failed stays this long, and is then made again: MLflow may be back. */
export const RETRY_SECONDS = 600;
const DEADLINE_SECONDS = 900;
const BACKOFF_LIMIT = 2;

/** The same things to tell, the same way to MLflow, the same nodes to do it on: the same run. */
export function registerRunName(model: StockoutModel, untold: Untold): string {
  const { storage, tracking, gates, training } = model.spec;
  const key = { untold, storage, tracking, gates, ...placementOf(training) };
  return `${model.metadata.name}-mlflow-${hashOf(key)}`;
}

export function buildRegisterJob(model: StockoutModel, untold: Untold, image: string): Job {
  const { name } = model.metadata;
  const run = registerRunName(model, untold);
  const labels = { ...labelsOf(name, 'tracking'), [LABEL.model]: name, [LABEL.run]: run };
  const { secrets, mounts, volumes } = mlflowAccess(model);
  return buildJob({
    owner: model,
    name: run,
    labels,
    container: {
      name: 'register',
      image,
      args: registerArgs(model, untold),
      storage: model.spec.storage,
      secrets,
      readOnlyStorage: true,
      mounts,
    },
    volumes,
    placement: model.spec.training,
    manifest: [model],
    backoffLimit: BACKOFF_LIMIT,
    activeDeadlineSeconds: DEADLINE_SECONDS,
    ttlSecondsAfterFinished: RETRY_SECONDS,
  });
}

function registerArgs(model: StockoutModel, { versions, aliases }: Untold): string[] {
  const inputs = ['-f', MANIFEST_FILE, '--storage', model.spec.storage.uri];
  const moved = Object.entries(aliases).flatMap(([alias, version]) => [`--${alias}`, version ?? 'none']);
  const shown = versions.length === 0 ? [] : ['--versions', ...versions];
  return ['register', ...inputs, ...shown, ...moved, '--result-file', RESULT_FILE];
}
