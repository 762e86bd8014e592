import type { StockoutModel } from '@stockout/crds';
import type { Job } from '../api/kubernetes.ts';
import { buildJob } from './job.ts';
import { MANIFEST_FILE } from './manifest-file.ts';
import { LABEL, labelsOf } from './names.ts';
import { RESULT_FILE } from './pod.ts';

/** Long enough for a store that is away for a while; what is left after that is told, and not waited for. */
export const REMOVAL_DEADLINE_SECONDS = 600;
const BACKOFF_LIMIT = 3;
const TTL_SECONDS = 300;

function removalRunName({ metadata: { name } }: StockoutModel): string {
  return `${name}-remove-versions`;
}

/** Removes what the model's trainings have made; it runs while the model's finalizer holds the model. */
export function buildRemovalJob(model: StockoutModel, image: string): Job {
  const { name } = model.metadata;
  const run = removalRunName(model);
  const { uri } = model.spec.storage;
  return buildJob({
    owner: model,
    name: run,
    labels: { ...labelsOf(name, 'removal'), [LABEL.model]: name, [LABEL.run]: run },
    container: {
      name: 'remove',
      image,
      args: ['remove-versions', '-f', MANIFEST_FILE, '--storage', uri, '--result-file', RESULT_FILE],
      storage: model.spec.storage,
      readOnlyStorage: false,
      mounts: [],
    },
    placement: model.spec.training,
    manifest: [model],
    backoffLimit: BACKOFF_LIMIT,
    activeDeadlineSeconds: REMOVAL_DEADLINE_SECONDS,
    ttlSecondsAfterFinished: TTL_SECONDS,
  });
}
