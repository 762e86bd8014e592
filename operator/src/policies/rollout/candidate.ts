import type { Action } from '../../actions.ts';
import { REASON } from '../../conditions.ts';
import { buildCandidateService } from '../../resources/candidate-service.ts';
import { ANNOTATION, type Color, otherColor } from '../../resources/names.ts';
import { buildPredictorDeployment, wasTriedSo } from '../../resources/predictor-deployment.ts';
import { isApplied } from '../../resources/applied.ts';
import { buildService, selectedColor } from '../../resources/service.ts';
import { timestamp } from '../../set-conditions.ts';
import type { PredictorState } from '../../stockoutmodel/observed.ts';
import { giveUp, givenUp } from './giving-up.ts';
import { judgeProof } from './proof.ts';
import { askedOf, proofQuestions } from './proof-questions.ts';
import { replicasOf } from './replicas.ts';
import { failureOnRecord, rememberedSwitch } from './rollback.ts';
import {
  applyPredictor,
  applyService,
  aside,
  busy,
  dropCandidateService,
  inputFor,
  readSwitchedOf,
  remove,
  rollbackWindowLeft,
  type RolloutContext,
  type RolloutPlan,
} from './rollout-steps.ts';

/** Brings up what is to serve, puts it to the proof once all of its pods are ready, and switches; or gives it up. */
export function rollOut(context: RolloutContext): RolloutPlan {
  const { observed, hash, target } = context;
  const color = candidateColor(context);
  const candidate = observed.predictors.find((predictor) => predictor.color === color);
  // The Service comes first: a load balancer takes its time to get an address. It keeps its color whether the pods of that
  // are seen or not: lists of old show neither them nor their version, and what serves is not to lose its callers for that.
  const selected = selectedColor(observed.service);
  const service = applyService(context, selected, rememberedSwitch(context, candidate));
  // Whose template was about to move has pods of two.
  if (candidate?.templateHash !== hash || candidate.rollingTo !== undefined) {
    const desired = buildPredictorDeployment(inputFor(context, color));
    const why = `${target.version} is to serve, its pods come up`;
    const actions = aside(context, applyPredictor(desired, candidate, why));
    return busy(context, color, 'its pods come up', [
      ...service,
      ...dropCandidateService(context),
      ...actions,
    ]);
  }
  if (candidate.givenUp !== undefined) {
    return triedSo(context, candidate)
      ? stayGivenUp(context, candidate, candidate.givenUp, service)
      : tryAgain(context, candidate, service);
  }
  const failure = failureOnRecord(context, candidate);
  if (failure !== undefined)
    return giveUp(context, candidate, { reason: REASON.rolledBack, message: failure }, service);
  return bringOn(context, candidate, service);
}

/** The other one; while nothing serves, the one that is up already. */
function candidateColor({ observed, hash }: RolloutContext): Color {
  const selected = selectedColor(observed.service);
  if (selected !== undefined) return otherColor(selected);
  const found = observed.predictors.find((predictor) => predictor.templateHash === hash);
  return found?.color ?? otherColor(undefined);
}

/** Fewer pods, more time or other bounds may be all that it needs. */
function triedSo({ observed, target }: RolloutContext, { deployment }: PredictorState): boolean {
  return wasTriedSo(observed.model, target.version, deployment.metadata.annotations?.[ANNOTATION.attempt]);
}

function stayGivenUp(
  context: RolloutContext,
  candidate: PredictorState,
  message: string,
  service: Action[],
): RolloutPlan {
  const finding = { reason: candidate.givenUpReason, message };
  return givenUp(context, candidate, finding, [...service, ...dropCandidateService(context)]);
}

/** From nothing: of a Deployment that was complete once, without pods, Kubernetes does not watch the progress again. */
function tryAgain(context: RolloutContext, candidate: PredictorState, service: Action[]): RolloutPlan {
  const why = 'it is tried again, as the spec says by now';
  return busy(context, candidate.color, why, [...service, remove(context.observed, candidate, why)]);
}

/** It is on its way, and its Deployment is there. */
function bringOn(context: RolloutContext, candidate: PredictorState, service: Action[]): RolloutPlan {
  const isUp = candidate.ready && isScaled(context, candidate);
  if (isUp && hasServed(context, candidate))
    return switchTo(context, candidate, 'it served before', REASON.rollingOut);
  if (hasBegun(candidate)) return prove(context, candidate, service);
  if (isUp) return beginProof(context, candidate, service);
  if (candidate.deadlineExceeded) {
    const finding = { reason: REASON.progressDeadlineExceeded, message: progressOf(candidate) };
    return giveUp(context, candidate, finding, service);
  }
  const actions = [...service, ...keep(context, candidate)];
  return {
    ...busy(context, candidate.color, progressOf(candidate), actions),
    isHeldUp: candidate.trouble !== undefined,
  };
}

function isScaled({ observed, serving }: RolloutContext, { color, deployment }: PredictorState): boolean {
  return deployment.spec.replicas === replicasOf(observed.model, serving, color);
}

/** It did before the last switch: going back within the rollback window takes no proof. */
function hasServed(context: RolloutContext, candidate: PredictorState): boolean {
  // What traffic was taken from by itself has lost that.
  return readSwitchedOf(context.observed)?.back === undefined && rollbackWindowLeft(context, candidate) > 0;
}

function hasBegun({ provenFrom }: PredictorState): boolean {
  return provenFrom !== undefined && !Number.isNaN(Date.parse(provenFrom));
}

function keep(context: RolloutContext, candidate: PredictorState): Action[] {
  const desired = buildPredictorDeployment(inputFor(context, candidate.color));
  return aside(context, applyPredictor(desired, candidate, 'it differs from the spec'));
}

function progressOf({ deployment, readyReplicas, trouble }: PredictorState): string {
  const words = `${readyReplicas} of ${deployment.spec.replicas} pods are ready`;
  return trouble === undefined ? words : `${words}: ${trouble}`;
}

/** From now on: the time stands on the candidate, so that whoever leads next goes on with the same window. */
function beginProof(context: RolloutContext, candidate: PredictorState, service: Action[]): RolloutPlan {
  const provenFrom = timestamp(context.now);
  const desired = buildPredictorDeployment({ ...inputFor(context, candidate.color), provenFrom });
  const why = 'all its pods are ready, it is put to the proof';
  const actions = [
    ...service,
    ...applyCandidateService(context, candidate),
    ...aside(context, applyPredictor(desired, candidate, why)),
  ];
  return busy(context, candidate.color, why, actions, REASON.proving);
}

function prove(context: RolloutContext, candidate: PredictorState, service: Action[]): RolloutPlan {
  const questions = proofQuestions(context, candidate);
  const proof = judgeProof(context, candidate, questions);
  if (proof.is === 'refused') return giveUp(context, candidate, proof.finding, service);
  const isUp = candidate.ready && isScaled(context, candidate);
  if (proof.is === 'passed' && isUp) return switchTo(context, candidate, 'it passed', REASON.proving);
  const what = proof.is === 'open' ? proof.what : progressOf(candidate);
  const actions = [...service, ...applyCandidateService(context, candidate), ...keep(context, candidate)];
  return {
    ...busy(context, candidate.color, what, actions, REASON.proving),
    isHeldUp: candidate.trouble !== undefined,
    questions: askedOf(context, questions),
    ...(proof.is === 'open' ? { requeueAfterMs: proof.ms } : {}),
  };
}

function applyCandidateService({ observed }: RolloutContext, { color }: PredictorState): Action[] {
  const object = buildCandidateService(observed.model, color);
  if (isApplied(object, observed.candidateService)) return [];
  const onto = observed.candidateService?.metadata.resourceVersion;
  return [{ verb: 'apply', object, onto, why: 'the candidate is asked by it' }];
}

/** The one write that moves all traffic, on top of the Service, and for the pods, that the plan has seen. */
function switchTo(
  context: RolloutContext,
  candidate: PredictorState,
  because: string,
  reason: string,
): RolloutPlan {
  const { observed, serving, target, now } = context;
  const switched = { at: now.toISOString(), from: serving?.templateHash, to: target.version };
  const object = buildService({ model: observed.model, color: candidate.color, switched });
  const from = serving === undefined ? '' : ` from ${serving.version} (${serving.color})`;
  const why = `traffic goes${from} to ${target.version} (${candidate.color})`;
  const onto = observed.service?.metadata.resourceVersion;
  // Pods that a list of old shows as ready may be gone.
  const actions: Action[] = [{ verb: 'apply', object, onto, given: candidate.deployment, why }];
  return busy(context, candidate.color, `${because}, traffic is switched`, actions, reason);
}
