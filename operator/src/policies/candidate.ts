import type { Action } from '../actions.ts';
import { isFalse, REASON } from '../conditions.ts';
import { ANNOTATION, type Color, otherColor } from '../resources/names.ts';
import {
  buildGivenUpPredictor,
  buildPredictorDeployment,
  predictorAttempt,
} from '../resources/predictor-deployment.ts';
import { buildService } from '../resources/service.ts';
import type { PredictorState } from '../stockoutmodel/observed.ts';
import { replicasOf } from './replicas.ts';
import {
  applyPredictor,
  applyService,
  aside,
  busy,
  inputFor,
  readSwitchedOf,
  remove,
  type RolloutContext,
  type RolloutPlan,
} from './rollout-steps.ts';

/** Brings up what is to serve, and switches once all of its pods are ready; or gives it up. */
export function rollOut(context: RolloutContext): RolloutPlan {
  const { observed, serving, hash, target } = context;
  const color = candidateColor(context);
  const candidate = observed.predictors.find((predictor) => predictor.color === color);
  // The Service comes first: a load balancer takes its time to get an address.
  const service = applyService(context, serving?.color, readSwitchedOf(observed));
  // Whose template was about to move has pods of two.
  if (candidate?.templateHash !== hash || candidate.rollingTo !== undefined) {
    const desired = buildPredictorDeployment(inputFor(context, color));
    const why = `${target.version} is to serve, its pods come up`;
    const actions = aside(context, applyPredictor(desired, candidate, why));
    return busy(context, color, 'its pods come up', [...service, ...actions]);
  }
  if (candidate.givenUp !== undefined) {
    return wasTriedSo(context, candidate)
      ? givenUp(context, candidate, candidate.givenUp, service)
      : tryAgain(context, candidate, service);
  }
  if (candidate.ready && isScaled(context, candidate)) return switchTo(context, candidate);
  if (candidate.deadlineExceeded) return giveUp(context, candidate, service);
  const desired = buildPredictorDeployment(inputFor(context, color));
  const actions = aside(context, applyPredictor(desired, candidate, 'it differs from the spec'));
  return busy(context, color, progressOf(candidate), [...service, ...actions]);
}

/** The other one; while nothing serves, the one that is up already. */
function candidateColor({ observed, serving, hash }: RolloutContext): Color {
  if (serving !== undefined) return otherColor(serving.color);
  const found = observed.predictors.find((predictor) => predictor.templateHash === hash);
  return found?.color ?? otherColor(undefined);
}

/** Fewer pods or more time may be all that it needs. */
function wasTriedSo({ observed }: RolloutContext, { deployment }: PredictorState): boolean {
  return deployment.metadata.annotations?.[ANNOTATION.attempt] === predictorAttempt(observed.model);
}

/** From nothing: of a Deployment that was complete once, without pods, Kubernetes does not watch the progress again. */
function tryAgain(context: RolloutContext, candidate: PredictorState, service: Action[]): RolloutPlan {
  const why = 'it is tried again, as the spec says by now';
  return busy(context, candidate.color, why, [...service, remove(context.observed, candidate, why)]);
}

function isScaled({ observed, serving }: RolloutContext, { color, deployment }: PredictorState): boolean {
  return deployment.spec.replicas === replicasOf(observed.model, serving, color);
}

function progressOf({ deployment, readyReplicas, trouble }: PredictorState): string {
  const words = `${readyReplicas} of ${deployment.spec.replicas} pods are ready`;
  return trouble === undefined ? words : `${words}: ${trouble}`;
}

/** The one write that moves all traffic, on top of the Service, and for the pods, that the plan has seen. */
function switchTo(context: RolloutContext, candidate: PredictorState): RolloutPlan {
  const { observed, serving, target, now } = context;
  const switched = { at: now.toISOString(), from: serving?.templateHash, to: target.version };
  const object = buildService({ model: observed.model, color: candidate.color, switched });
  const from = serving === undefined ? '' : ` from ${serving.version} (${serving.color})`;
  const why = `traffic goes${from} to ${target.version} (${candidate.color})`;
  const onto = observed.service?.metadata.resourceVersion;
  // Pods that a list of old shows as ready may be gone.
  const given = candidate.deployment;
  return busy(context, candidate.color, 'all its pods are ready, traffic is switched', [
    { verb: 'apply', object, onto, given, why },
  ]);
}

/** It keeps its Deployment, without pods, as the record of why. */
function giveUp(context: RolloutContext, candidate: PredictorState, service: Action[]): RolloutPlan {
  const why = progressOf(candidate);
  const object = buildGivenUpPredictor(inputFor(context, candidate.color), why);
  const onto = candidate.deployment.metadata.resourceVersion;
  return givenUp(context, candidate, why, [
    ...service,
    ...aside(context, [{ verb: 'apply', object, onto, why: `it is given up, ${why}` }]),
  ]);
}

function givenUp(
  { observed, target, serving }: RolloutContext,
  { color, deployment }: PredictorState,
  why: string,
  actions: Action[],
): RolloutPlan {
  const seconds = observed.model.spec.serving.rollout.progressDeadlineSeconds;
  const instead =
    serving === undefined ? 'nothing serves' : `${serving.version} (${serving.color}) keeps serving`;
  const { name } = deployment.metadata;
  const remedy = `a change of spec.serving, another version, or deleting the Deployment ${name} tries again`;
  const message = `${target.version} (${color}) was given up after ${seconds} s without progress, ${instead}: ${why} (${remedy})`;
  return {
    verdict: isFalse(REASON.progressDeadlineExceeded, message),
    candidate: undefined,
    busy: false,
    failed: { reason: REASON.progressDeadlineExceeded, message },
    actions,
  };
}
