import type { Action } from '../actions.ts';
import type { Deployment } from '../api/kubernetes.ts';
import { isFalse, isTrue, REASON } from '../conditions.ts';
import { isApplied } from '../resources/applied.ts';
import { ANNOTATION, type Color, otherColor } from '../resources/names.ts';
import {
  buildGivenUpPredictor,
  buildPredictorDeployment,
  predictorAttempt,
  type PredictorInput,
  templateHash,
} from '../resources/predictor-deployment.ts';
import { buildService, readSwitched, type Switched } from '../resources/service.ts';
import type { VersionRecord } from '../resources/version-record.ts';
import type { StepPlan } from './step-plan.ts';
import { lostOf, type ObservedModel, type PredictorState, servingOf } from '../stockoutmodel/observed.ts';

export interface RolloutPlan extends StepPlan {
  /** The version on its way to serve. */
  candidate: string | undefined;
}

interface Context {
  observed: ObservedModel;
  target: VersionRecord;
  now: Date;
  image: string;
  /** Of the target under today's spec. */
  hash: string;
  serving: PredictorState | undefined;
}

/**
 * Blue and green: the candidate comes up as the other color, one write to the Service's selector switches, and the
 * old color stays for the rollback window. Each step follows from what is there, so that any of them may be the last
 * before a restart, and going back within the window is a switch like any other.
 */
export function planRollout(
  observed: ObservedModel,
  target: VersionRecord | undefined,
  input: { now: Date; image: string },
): RolloutPlan {
  const serving = servingOf(observed);
  if (target === undefined) return nothingToRollOut(observed, serving);
  const hash = templateHash({ model: observed.model, version: target, image: input.image });
  const context = { observed, target, hash, serving, ...input };
  const lost = lostOf(observed);
  if (lost?.version === target.version) return restore(context, lost.color);
  return serving?.templateHash === hash ? settle(context, serving) : rollOut(context);
}

/** Nothing may serve, or the record of what serves is gone: leave it as it is. */
function nothingToRollOut(observed: ObservedModel, serving: PredictorState | undefined): RolloutPlan {
  const abandoned = observed.predictors.filter((predictor) => predictor !== serving);
  const actions = abandoned.map((predictor) => remove(observed, predictor, 'it is not to serve any more'));
  const verdict =
    serving === undefined
      ? { status: 'Unknown' as const, reason: REASON.nothingToRollOut, message: 'no version is to serve yet' }
      : isTrue(REASON.rolledOut, `${serving.version} serves (${serving.color})`);
  return { verdict, candidate: undefined, busy: false, failed: undefined, actions };
}

/** What is to serve serves: keep it as it should be, and let the old color go after the rollback window. */
function settle(context: Context, serving: PredictorState): RolloutPlan {
  const { observed, target } = context;
  const actions = [
    ...applyPredictor(
      buildPredictorDeployment(inputFor(context, serving.color)),
      serving,
      'it differs from the spec',
    ),
    ...applyService(context, serving.color, readSwitchedOf(observed)),
  ];
  const old = observed.predictors.find((predictor) => predictor.color !== serving.color);
  const left = old === undefined ? 0 : rollbackWindowLeft(context, old);
  if (old !== undefined && left <= 0) {
    const served = readSwitchedOf(observed)?.from === old.templateHash;
    actions.push(
      remove(observed, old, served ? 'the rollback window is over' : 'it is not to serve any more'),
    );
  }
  return {
    verdict: isTrue(REASON.rolledOut, `all traffic goes to ${target.version} (${serving.color})`),
    candidate: undefined,
    busy: false,
    failed: undefined,
    actions,
    ...(left > 0 ? { requeueAfterMs: left } : {}),
  };
}

/** It has proven itself before: no need to let callers wait for all of its pods. */
function restore(context: Context, color: Color): RolloutPlan {
  const desired = buildPredictorDeployment(inputFor(context, color));
  const actions = applyPredictor(desired, undefined, 'it serves, and its Deployment was deleted');
  return busy(context, color, 'its Deployment was deleted, it is made anew', actions);
}

function rollOut(context: Context): RolloutPlan {
  const { observed, serving, hash, target } = context;
  const color = candidateColor(context);
  const candidate = observed.predictors.find((predictor) => predictor.color === color);
  // The Service comes first: a load balancer takes its time to get an address.
  const service = applyService(context, serving?.color, readSwitchedOf(observed));
  if (candidate?.templateHash !== hash) {
    const desired = buildPredictorDeployment(inputFor(context, color));
    const why = `${target.version} is to serve, its pods come up`;
    return busy(context, color, 'its pods come up', [...service, ...applyPredictor(desired, candidate, why)]);
  }
  if (candidate.givenUp !== undefined) {
    return wasTriedSo(context, candidate)
      ? givenUp(context, candidate, candidate.givenUp, service)
      : tryAgain(context, candidate, service);
  }
  if (candidate.ready && isScaled(context, candidate)) return switchTo(context, candidate);
  if (candidate.deadlineExceeded) return giveUp(context, candidate, service);
  const desired = buildPredictorDeployment(inputFor(context, color));
  const actions = [...service, ...applyPredictor(desired, candidate, 'it differs from the spec')];
  return busy(context, color, progressOf(candidate), actions);
}

/** The other one; while nothing serves, the one that is up already. */
function candidateColor({ observed, serving, hash }: Context): Color {
  if (serving !== undefined) return otherColor(serving.color);
  const found = observed.predictors.find((predictor) => predictor.templateHash === hash);
  return found?.color ?? otherColor(undefined);
}

/** Fewer pods or more time may be all that it needs. */
function wasTriedSo({ observed }: Context, { deployment }: PredictorState): boolean {
  return deployment.metadata.annotations?.[ANNOTATION.attempt] === predictorAttempt(observed.model);
}

/** From nothing: of a Deployment that was complete once, without pods, Kubernetes does not watch the progress again. */
function tryAgain(context: Context, candidate: PredictorState, service: Action[]): RolloutPlan {
  const why = 'it is tried again, as the spec says by now';
  return busy(context, candidate.color, why, [...service, remove(context.observed, candidate, why)]);
}

function isScaled({ observed }: Context, candidate: PredictorState): boolean {
  return candidate.deployment.spec.replicas === observed.model.spec.serving.replicas;
}

function progressOf({ deployment, readyReplicas, trouble }: PredictorState): string {
  const words = `${readyReplicas} of ${deployment.spec.replicas} pods are ready`;
  return trouble === undefined ? words : `${words}: ${trouble}`;
}

/** The one write that moves all traffic, on top of the Service that the plan has seen. */
function switchTo(context: Context, candidate: PredictorState): RolloutPlan {
  const { observed, serving, target, now } = context;
  const switched = { at: now.toISOString(), from: serving?.templateHash, to: target.version };
  const object = buildService({ model: observed.model, color: candidate.color, switched });
  const from = serving === undefined ? '' : ` from ${serving.version} (${serving.color})`;
  const why = `traffic goes${from} to ${target.version} (${candidate.color})`;
  const onto = observed.service?.metadata.resourceVersion;
  return busy(context, candidate.color, 'all its pods are ready, traffic is switched', [
    { verb: 'apply', object, onto, why },
  ]);
}

/** It keeps its Deployment, without pods, as the record of why. */
function giveUp(context: Context, candidate: PredictorState, service: Action[]): RolloutPlan {
  const why = progressOf(candidate);
  const object = buildGivenUpPredictor(inputFor(context, candidate.color), why);
  const onto = candidate.deployment.metadata.resourceVersion;
  return givenUp(context, candidate, why, [
    ...service,
    { verb: 'apply', object, onto, why: `it is given up, ${why}` },
  ]);
}

function givenUp(
  { observed, target, serving }: Context,
  { color, deployment }: PredictorState,
  why: string,
  actions: Action[],
): RolloutPlan {
  const seconds = observed.model.spec.serving.rollout.progressDeadlineSeconds;
  const instead = serving === undefined ? 'nothing serves' : `${serving.version} keeps serving`;
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

function busy({ target, serving }: Context, color: Color, what: string, actions: Action[]): RolloutPlan {
  const instead = serving === undefined ? '' : `, ${serving.version} serves meanwhile`;
  return {
    verdict: isFalse(REASON.rollingOut, `${target.version} (${color}) is on its way${instead}: ${what}`),
    candidate: target.version,
    busy: true,
    failed: undefined,
    actions,
  };
}

function inputFor({ observed, target, image }: Context, color: Color): PredictorInput {
  return { model: observed.model, color, version: target, image };
}

function applyPredictor(desired: Deployment, observed: PredictorState | undefined, why: string): Action[] {
  if (isApplied(desired, observed?.deployment)) return [];
  return [{ verb: 'apply', object: desired, onto: observed?.deployment.metadata.resourceVersion, why }];
}

function applyService(
  { observed }: Context,
  color: Color | undefined,
  switched: Switched | undefined,
): Action[] {
  const { model, service } = observed;
  const object = buildService({ model, color, switched });
  if (isApplied(object, service)) return [];
  const why = service === undefined ? 'callers find the predictor by it' : 'it differs from the spec';
  return [{ verb: 'apply', object, onto: service?.metadata.resourceVersion, why }];
}

function readSwitchedOf({ service }: ObservedModel): Switched | undefined {
  return service === undefined ? undefined : readSwitched(service);
}

/** Milliseconds for which the old color is kept: none for one that never served. */
function rollbackWindowLeft({ observed, now }: Context, old: PredictorState): number {
  const switched = readSwitchedOf(observed);
  if (switched === undefined || switched.from !== old.templateHash) return 0;
  const window = observed.model.spec.serving.rollout.rollbackWindowSeconds * 1000;
  return Date.parse(switched.at) + window - now.getTime();
}

/** Never a color that got the traffic meanwhile: who was paused, or sees an old Service, may not know. */
function remove({ service }: ObservedModel, { deployment }: PredictorState, why: string): Action {
  return { verb: 'delete', object: deployment, given: service, why };
}
