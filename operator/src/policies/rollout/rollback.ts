import { allPassed } from '@stockout/contracts';
import { isFalse, REASON } from '../../conditions.ts';
import type { QuestionOf } from '../../predictors/question.ts';
import { speaksTls } from '../../resources/predictor-deployment.ts';
import { buildService, type Switched } from '../../resources/service.ts';
import { versionNumber } from '../../resources/version-record.ts';
import type { PredictorState } from '../../stockoutmodel/observed.ts';
import type { PredictorPod } from '../../stockoutmodel/predictor-pods.ts';
import { because } from './judged.ts';
import {
  readSwitchedOf,
  rollbackWindowLeft,
  type RolloutContext,
  type RolloutPlan,
} from './rollout-steps.ts';

/** Fewer requests say nothing of a share of errors. */
const MIN_REQUESTS = 20;
/** Where no analysis says how many errors are too many. */
const MAX_ERROR_RATE = '0.05';
/** A pod that is busy for a moment fails a probe or two. */
const NOT_READY_MS = 30_000;
/** The agent of a node that is started anew takes its pods for not ready one after the other, and asks them again. */
const NONE_READY_MS = 3_000;

/** What has to be known of the pods that serve while there is a way back. */
export function watchQuestions({ pods }: PredictorState): QuestionOf<'requests'>[] {
  return pods
    .filter(({ ip }) => ip !== '')
    .map(({ uid, name, ip }) => ({ about: 'requests', pod: { uid, name, ip }, request: null }));
}

/**
 * The pods of before, within their window. Traffic that went back stays where it went, by itself or by a person's will, and
 * no version gets it that would not pass its gates.
 */
export function wayBackFrom(context: RolloutContext, serving: PredictorState): PredictorState | undefined {
  const { observed, verdicts } = context;
  const old = observed.predictors.find(({ color }) => color !== serving.color);
  // Pods that are replaced are of two versions by now.
  if (serving.rollingTo !== undefined) return undefined;
  if (old === undefined || rollbackWindowLeft(context, old) <= 0) return undefined;
  if (readSwitchedOf(observed)?.back !== undefined) return undefined;
  if (versionNumber(old.version) > versionNumber(serving.version)) return undefined;
  const gates = verdicts.get(old.version);
  return gates !== undefined && allPassed(gates) ? old : undefined;
}

/** Back to the pods of before: undefined while what serves does well, or these are not up. */
export function goBack(
  context: RolloutContext,
  serving: PredictorState,
  old: PredictorState,
): RolloutPlan | undefined {
  const why = old.ready && old.readyReplicas > 0 ? failureOf(context, serving, old) : undefined;
  if (why === undefined) return undefined;
  const { observed, now } = context;
  const back = { from: serving.deployment.metadata.uid ?? '', because: why };
  const switched = { at: now.toISOString(), from: serving.templateHash, to: old.version, back };
  const { model, service } = observed;
  const object = buildService({ model, color: old.color, switched, tls: speaksTls(old.deployment) });
  const message = `${serving.version} (${serving.color}) failed soon after it began to serve, traffic goes back to ${old.version} (${old.color}): ${why}`;
  const onto = service?.metadata.resourceVersion;
  return {
    verdict: isFalse(REASON.rolledBack, message),
    candidate: undefined,
    busy: false,
    // What is given up is told by the next plan, once the other version serves.
    failed: undefined,
    actions: [{ verb: 'apply', object, onto, given: old.deployment, why: message }],
  };
}

/** Why traffic was taken from these very pods: from this template of this Deployment, another one may do better. */
export function failureOnRecord(
  { observed }: RolloutContext,
  { deployment, templateHash }: PredictorState,
): string | undefined {
  const { from, back } = readSwitchedOf(observed) ?? {};
  const isThat = back?.from === deployment.metadata.uid && from === templateHash;
  return isThat ? back?.because : undefined;
}

/**
 * The last switch, as far as it still counts. Who failed needs no mark on the Service once its Deployment says so, or is
 * not what it was: the same template may come back there, as a candidate that is to be tried.
 */
export function rememberedSwitch(
  context: RolloutContext,
  candidate: PredictorState | undefined,
): Switched | undefined {
  const switched = readSwitchedOf(context.observed);
  if (switched?.back === undefined) return switched;
  const isUntold =
    candidate?.givenUp === undefined && candidate && failureOnRecord(context, candidate) !== undefined;
  return isUntold ? switched : { at: switched.at, from: undefined, to: switched.to };
}

/** The first that applies. */
function failureOf(
  context: RolloutContext,
  serving: PredictorState,
  old: PredictorState,
): string | undefined {
  const { now, observed } = context;
  const at = Date.parse(readSwitchedOf(observed)?.at ?? '');
  // Times of pods are whole seconds.
  const since = Math.floor(at / 1000) * 1000;
  if (Number.isNaN(since)) return undefined;
  const hasEnded = ({ endedAt }: PredictorPod): boolean => endedAt !== undefined && endedAt >= since;
  // A node that is started anew ends pods of both colors: that is no fault of a version.
  const ended = old.pods.some(hasEnded) ? undefined : serving.pods.find(hasEnded);
  if (ended !== undefined) return `its pod ${ended.name} ended: ${ended.ending}`;
  if (noneIsReady(serving, now) && !old.pods.some((pod) => pod.since !== undefined && pod.since >= since))
    return `none of its pods is ready${because(serving)}`;
  const isStuck = (pod: PredictorPod): boolean =>
    pod.running && !pod.ready && isLongAgo(pod.since, now, NOT_READY_MS);
  // One that came since may take its time to start.
  const stuck = serving.pods.find((pod) => pod.createdAt <= since && isStuck(pod));
  if (stuck !== undefined) return `its pod ${stuck.name} has not been ready for ${NOT_READY_MS / 1000} s`;
  return errorsOf(context, serving);
}

/** For a while: where those of before were not ready for a moment as well, that was the node. */
function noneIsReady({ readyReplicas, deployment, pods }: PredictorState, now: Date): boolean {
  if (readyReplicas > 0 || deployment.spec.replicas === 0) return false;
  return pods.every(({ ready, since }) => !ready && isLongAgo(since, now, NONE_READY_MS));
}

/** @returns when to look again at pods of which some are not ready, in milliseconds; undefined where all are */
export function lookAgainMs({ pods }: PredictorState): number | undefined {
  return pods.every(({ ready }) => ready) ? undefined : NONE_READY_MS;
}

function isLongAgo(time: number | undefined, now: Date, ms: number): boolean {
  return time !== undefined && now.getTime() - time >= ms;
}

/** Of all pods together, since the switch. */
function errorsOf({ observed }: RolloutContext, serving: PredictorState): string | undefined {
  const counts = watchQuestions(serving).flatMap((question) => observed.answers.to(question)?.told ?? []);
  const total = counts.reduce((sum, each) => sum + each.total, 0);
  const errors = counts.reduce((sum, each) => sum + each.errors, 0);
  const { analysis } = observed.model.spec.serving.rollout;
  const most = Number(analysis?.maxErrorRate ?? MAX_ERROR_RATE);
  // What cannot be told is no reason to leave what serves: written so that NaN is none.
  const areTooMany = total >= MIN_REQUESTS && errors / total > most;
  if (!areTooMany) return undefined;
  const share = Number((errors / total).toPrecision(3));
  return `${errors} of ${total} requests failed, ${share} is above ${most}`;
}
