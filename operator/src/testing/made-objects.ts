import type { ScoringJob, StockoutModel } from '@stockout/crds';
import type { Deployment, Job } from '../api/kubernetes.ts';
import type { Component } from '../resources/names.ts';
import { buildEvaluateJob } from '../resources/evaluate-job.ts';
import { buildPredictorDeployment } from '../resources/predictor-deployment.ts';
import { buildRecoverJob } from '../resources/recover-job.ts';
import { buildRegisterJob } from '../resources/register-job.ts';
import { buildRemovalJob } from '../resources/removal-job.ts';
import { buildScoringRun } from '../resources/scoring-job.ts';
import { buildTrainingJob } from '../resources/training-job.ts';
import { aScoringJob } from './builders.ts';

/** Of what has pods: a Service and a record have none. */
type ComponentWithPods = Exclude<Component, 'candidate' | 'record'>;

const IMAGE = 'ghcr.io/stockout/any:1';
const VERSION = 'v1';

/**
 * All that the operator makes with pods in it, by component: whoever adds one has it held to what holds for the others.
 * @param job scores with the model
 */
export function madeWithPods(
  model: StockoutModel,
  job: ScoringJob = aScoringJob(),
): Record<ComponentWithPods, Job | Deployment> {
  const version = { version: VERSION, uri: `${model.spec.storage.uri}/v1`, digest: 'sha256:0' };
  const untold = { versions: [VERSION], aliases: { champion: VERSION } };
  return {
    training: buildTrainingJob({ model, run: 'retail-train-1', against: VERSION, image: IMAGE }),
    evaluation: buildEvaluateJob(model, { version: 'v2', champion: VERSION }, IMAGE),
    scoring: buildScoringRun({ job, model, run: 'nightly-1', version: VERSION, image: IMAGE }),
    tracking: buildRegisterJob(model, untold, IMAGE),
    recovery: buildRecoverJob(model, { versions: [VERSION], newest: 1 }, IMAGE),
    removal: buildRemovalJob(model, IMAGE),
    predictor: buildPredictorDeployment({ model, color: 'blue', version, image: IMAGE }),
  };
}
