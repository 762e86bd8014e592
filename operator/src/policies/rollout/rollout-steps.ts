import type { Action } from '../../actions.ts';
import type { Deployment } from '../../api/kubernetes.ts';
import { type Finding, isFalse, REASON } from '../../conditions.ts';
import { isApplied } from '../../resources/applied.ts';
import type { Color } from '../../resources/names.ts';
import { type PredictorInput, speaksTls } from '../../resources/predictor-deployment.ts';
import { buildService, readSwitched, type Switched } from '../../resources/service.ts';
import type { Question } from '../../predictors/question.ts';
import type { VersionRecord } from '../../resources/version-record.ts';
import type { ObservedModel, PredictorState } from '../../stockoutmodel/observed.ts';
import type { PromotionPlan } from '../promotion.ts';
import { replicasOf } from './replicas.ts';
import type { StepPlan } from '../step-plan.ts';

export interface RolloutPlan extends StepPlan {
  /** The version on its way to serve. */
  candidate: string | undefined;
  /** The version that was given up as a candidate, or gone back from, and why: without what is to be done about it. */
  refusal?: (Finding & { version: string }) | undefined;
  /** What the next plan wants to know of the predictors' pods. */
  questions?: readonly Question[] | undefined;
}

/** What a rollout needs to know besides the model. */
export interface RolloutInput {
  now: Date;
  image: string;
  /** Of pods that are processes of one machine, see `isInNetwork`. */
  podNetwork: string;
  /** Of the gates, of every version on record. */
  verdicts: PromotionPlan['verdicts'];
}

/** All that a step of a rollout rests on. */
export interface RolloutContext extends RolloutInput {
  observed: ObservedModel;
  target: VersionRecord;
  /** Of the target under today's spec. */
  hash: string;
  serving: PredictorState | undefined;
}

export function busy(
  { target, serving }: RolloutContext,
  color: Color,
  what: string,
  actions: Action[],
  reason: string = REASON.rollingOut,
): RolloutPlan {
  const instead = serving === undefined ? '' : `, until then ${serving.version} (${serving.color}) serves`;
  return {
    verdict: isFalse(reason, `${target.version} (${color}) is on its way${instead}: ${what}`),
    candidate: target.version,
    busy: true,
    failed: undefined,
    actions,
  };
}

/** @param color whose Deployment keeps the time of its proof for as long as it is of the same template */
export function inputFor(context: RolloutContext, color: Color): PredictorInput {
  const { observed, target, image, serving, hash } = context;
  const replicas = replicasOf(observed.model, serving, color);
  const there = observed.predictors.find((predictor) => predictor.color === color);
  const provenFrom = there?.templateHash === hash ? there.provenFrom : undefined;
  return { model: observed.model, color, version: target, image, replicas, provenFrom };
}

export function applyPredictor(
  desired: Deployment,
  observed: PredictorState | undefined,
  why: string,
): Action[] {
  if (isApplied(desired, observed?.deployment)) return [];
  return [{ verb: 'apply', object: desired, onto: observed?.deployment.metadata.resourceVersion, why }];
}

export function applyService(
  { observed, serving }: Pick<RolloutContext, 'observed' | 'serving'>,
  color: Color | undefined,
  switched: Switched | undefined,
): Action[] {
  const { model, service } = observed;
  // What the spec asks for by now comes with the switch to pods that have it.
  const tls = serving?.color === color ? serving && speaksTls(serving.deployment) : undefined;
  const object = buildService({ model, color, switched, tls });
  if (isApplied(object, service)) return [];
  const why = service === undefined ? 'callers find the predictor by it' : 'it differs from the spec';
  return [{ verb: 'apply', object, onto: service?.metadata.resourceVersion, why }];
}

export function readSwitchedOf({ service }: ObservedModel): Switched | undefined {
  return service === undefined ? undefined : readSwitched(service);
}

/** Only while it gets no traffic: who was paused, or sees an old Service, may not know that it does by now. */
export function aside({ observed }: RolloutContext, actions: Action[]): Action[] {
  return actions.map((action) => ({ ...action, given: observed.service }));
}

/** Only while it gets no traffic, too. Where no Service is seen, none may be there: a list of old shows none. */
export function remove(observed: ObservedModel, { deployment }: PredictorState, why: string): Action {
  const given = observed.service ?? buildService({ model: observed.model, color: undefined });
  return { verb: 'delete', object: deployment, given, why };
}

/** Nobody is put to the proof: a model that is called so itself may have the name. */
export function dropCandidateService({ observed }: Pick<RolloutContext, 'observed'>): Action[] {
  const { candidateService } = observed;
  if (candidateService === undefined) return [];
  return [{ verb: 'delete', object: candidateService, why: 'no candidate is asked any more' }];
}

/** Milliseconds for which the old color is kept: none for one that never served. */
export function rollbackWindowLeft({ observed, now }: RolloutContext, old: PredictorState): number {
  const switched = readSwitchedOf(observed);
  if (switched === undefined || switched.from !== old.templateHash) return 0;
  const window = observed.model.spec.serving.rollout.rollbackWindowSeconds * 1000;
  return Date.parse(switched.at) + window - now.getTime();
}
