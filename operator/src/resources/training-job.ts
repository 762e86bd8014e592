import type { StockoutModel } from '@stockout/crds';
import type { Job } from '../api/kubernetes.ts';
import { buildJob } from './job.ts';
import { MANIFEST_FILE } from './manifest-file.ts';
import { mlflowAccess } from './mlflow-access.ts';
import { ANNOTATION, LABEL, labelsOf } from './names.ts';
import { RESULT_FILE } from './pod.ts';
import { trainingAttempt } from './run-names.ts';

export interface TrainingJobInput {
  model: StockoutModel;
  /** See `trainingRunName`. */
  run: string;
  /** The serving version, scored on the same held-out rows. */
  against: string | undefined;
  image: string;
}

/** Of a model that is imported, which has no spec.training. */
const IMPORT = {
  backoffLimit: 2,
  activeDeadlineSeconds: 3600,
  ttlSecondsAfterFinished: 86_400,
  resources: undefined,
};

/** Trains, or imports what spec.source names: a version comes of it either way. */
export function buildTrainingJob({ model, run, against, image }: TrainingJobInput): Job {
  const training = model.spec.training ?? IMPORT;
  const { secrets, mounts, volumes } = mlflowAccess(model);
  const engine = model.spec.training?.engine.secretRef;
  const { name } = model.metadata;
  const labels = { ...labelsOf(name, 'training'), [LABEL.model]: name, [LABEL.run]: run };
  return buildJob({
    owner: model,
    name: run,
    labels,
    annotations: { [ANNOTATION.attempt]: trainingAttempt(model) },
    container: {
      name: 'train',
      image,
      args: trainArgs(model, run, against),
      resources: training.resources,
      storage: model.spec.storage,
      secrets: engine === undefined ? secrets : [engine.name, ...secrets],
      readOnlyStorage: false,
      mounts,
    },
    volumes,
    placement: model.spec.training,
    manifest: [model],
    backoffLimit: training.backoffLimit,
    activeDeadlineSeconds: training.activeDeadlineSeconds,
    ttlSecondsAfterFinished: training.ttlSecondsAfterFinished,
  });
}

function trainArgs(model: StockoutModel, run: string, against: string | undefined): string[] {
  const inputs = ['-f', MANIFEST_FILE, '--storage', model.spec.storage.uri];
  const comparison = against === undefined ? [] : ['--against', against];
  return [
    ...commandOf(model),
    ...inputs,
    '--run',
    run,
    '--gates',
    'report',
    ...comparison,
    '--result-file',
    RESULT_FILE,
  ];
}

function commandOf({ spec: { source } }: StockoutModel): string[] {
  const model = source?.uri ?? source?.mlflow?.modelUri;
  return model === undefined ? ['train'] : ['import', '--model', model];
}
