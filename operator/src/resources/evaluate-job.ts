import type { StockoutModel } from '@stockout/crds';
import type { Job } from '../api/kubernetes.ts';
import { buildJob } from './job.ts';
import { MANIFEST_FILE } from './manifest-file.ts';
import { ANNOTATION, LABEL, labelsOf } from './names.ts';
import { RESULT_FILE } from './pod.ts';
import { evaluateRunName, evaluationAttempt, type Pair } from './run-names.ts';
import { trainingSettings } from './training-job.ts';

/** A Job that ended stays this long, for its log. */
const TTL_SECONDS = 600;

/** Scores both versions on the held-out rows of the first, which takes what a training's evaluation takes. */
export function buildEvaluateJob(model: StockoutModel, pair: Pair, image: string): Job {
  const { name } = model.metadata;
  const run = evaluateRunName(model, pair);
  const { resources, backoffLimit, activeDeadlineSeconds } = trainingSettings(model);
  const engine = model.spec.training?.engine.secretRef;
  return buildJob({
    owner: model,
    name: run,
    labels: { ...labelsOf(name, 'evaluation'), [LABEL.model]: name, [LABEL.run]: run },
    annotations: { [ANNOTATION.attempt]: evaluationAttempt(model) },
    container: {
      name: 'evaluate',
      image,
      args: evaluateArgs(model, pair),
      resources,
      storage: model.spec.storage,
      secrets: engine === undefined ? [] : [engine.name],
      readOnlyStorage: true,
      mounts: [],
    },
    placement: model.spec.training,
    manifest: [model],
    backoffLimit,
    activeDeadlineSeconds,
    ttlSecondsAfterFinished: TTL_SECONDS,
  });
}

function evaluateArgs(model: StockoutModel, { version, champion }: Pair): string[] {
  const inputs = ['-f', MANIFEST_FILE, '--storage', model.spec.storage.uri];
  const pair = ['--version', version, '--against', champion];
  return ['evaluate', ...inputs, ...pair, '--gates', 'report', '--result-file', RESULT_FILE];
}
