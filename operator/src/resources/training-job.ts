import type { StockoutModel } from '@stockout/crds';
import type { Job } from '../api/kubernetes.ts';
import { buildJob } from './job.ts';
import { MANIFEST_FILE } from './manifest-file.ts';
import { mlflowAccess } from './mlflow-access.ts';
import { ANNOTATION, LABEL, labelsOf } from './names.ts';
import { RESULT_FILE } from './pod.ts';
import type { Sought } from './recover-job.ts';
import { trainingAttempt } from './run-names.ts';

/** The version by which there may be nothing new to train on. */
export const UNLESS_DATA_OF = '--unless-data-of';

export interface TrainingJobInput {
  model: StockoutModel;
  /** See `trainingRunName`. */
  run: string;
  /** The serving version, scored on the same held-out rows. */
  against: string | undefined;
  /** Before it begins: versions in storage are told of, and none is made. */
  recover?: Sought | undefined;
  /** Of a training by the schedule, or for drift. */
  scheduled?: { for: string; unlessDataOf: string } | undefined;
  image: string;
}

/** Of a model that is imported, which has no spec.training. */
const IMPORT = {
  backoffLimit: 2,
  activeDeadlineSeconds: 3600,
  ttlSecondsAfterFinished: 86_400,
  resources: undefined,
};

/** How a Job that trains, or that measures as a training does, is run. */
export function trainingSettings({ spec }: StockoutModel) {
  return spec.training ?? IMPORT;
}

/** Trains, or imports what spec.source names: a version comes of it either way. */
export function buildTrainingJob(input: TrainingJobInput): Job {
  const { model, run, scheduled, image } = input;
  const training = trainingSettings(model);
  const { secrets, mounts, volumes } = mlflowAccess(model);
  const engine = model.spec.training?.engine.secretRef;
  const { name } = model.metadata;
  const labels = { ...labelsOf(name, 'training'), [LABEL.model]: name, [LABEL.run]: run };
  return buildJob({
    owner: model,
    name: run,
    labels,
    annotations: {
      [ANNOTATION.attempt]: trainingAttempt(model),
      [ANNOTATION.generation]: String(model.metadata.generation ?? 0),
      ...(scheduled === undefined ? {} : { [ANNOTATION.scheduledFor]: scheduled.for }),
    },
    container: {
      name: 'train',
      image,
      args: trainArgs(input),
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

function trainArgs({ model, run, against, recover, scheduled }: TrainingJobInput): string[] {
  const inputs = ['-f', MANIFEST_FILE, '--storage', model.spec.storage.uri];
  const comparison = against === undefined ? [] : ['--against', against];
  const bySchedule =
    scheduled === undefined ? [] : ['--scheduled-for', scheduled.for, UNLESS_DATA_OF, scheduled.unlessDataOf];
  return [
    ...commandOf(model),
    ...inputs,
    '--run',
    run,
    '--gates',
    'report',
    ...comparison,
    ...recoverFirst(recover),
    ...bySchedule,
    '--result-file',
    RESULT_FILE,
  ];
}

function recoverFirst(sought: Sought | undefined): string[] {
  if (sought === undefined) return [];
  const { versions, newest } = sought;
  const named = versions.length === 0 ? [] : ['--recover-versions', ...versions];
  return ['--recover', String(newest), ...named];
}

function commandOf({ spec: { source } }: StockoutModel): string[] {
  const model = source?.uri ?? source?.mlflow?.modelUri;
  return model === undefined ? ['train'] : ['import', '--model', model];
}
