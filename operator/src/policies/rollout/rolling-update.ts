import type { Action } from '../../actions.ts';
import type { Deployment } from '../../api/kubernetes.ts';
import { isFalse, REASON } from '../../conditions.ts';
import { isApplied } from '../../resources/applied.ts';
import { ANNOTATION } from '../../resources/names.ts';
import {
  buildPredictorDeployment,
  predictorAttempt,
  withTemplate,
} from '../../resources/predictor-deployment.ts';
import { type GaveUpOn, withRollMarks } from '../../resources/roll-marks.ts';
import type { PredictorState } from '../../stockoutmodel/observed.ts';
import {
  applyPredictor,
  applyService,
  inputFor,
  readSwitchedOf,
  type RolloutContext,
  type RolloutPlan,
} from './rollout-steps.ts';

/**
 * One Deployment, whose template moves from version to version: Kubernetes replaces its pods one by one, and takes none
 * away before another is ready. What was there before is marked on the Deployment in the same write, counts as serving
 * until the last of its pods is gone, and is gone back to when the new pods make no progress.
 */
export function rollTemplate(context: RolloutContext, serving: PredictorState): RolloutPlan {
  const { hash } = context;
  if (isGivenUp(context, serving.gaveUpOn)) return stayBack(context, serving, serving.gaveUpOn);
  if (serving.rollingTo?.templateHash !== hash) return moveTemplate(context, serving);
  const desired = withRollMarks(buildTarget(context, serving), { rolledFrom: serving.rolledFrom });
  const actions = write(context, serving, desired, 'it differs from the spec');
  if (actions.length > 0) return rolling(context, serving, 'the Deployment is written', actions);
  if (serving.ready) return finish(context, serving);
  const isWayBack = hash === serving.templateHash;
  if (serving.deadlineExceeded && !isWayBack) return giveUp(context, serving);
  return {
    ...rolling(context, serving, progressOf(context, serving), []),
    isHeldUp: serving.trouble !== undefined,
  };
}

function isGivenUp({ observed, hash }: RolloutContext, gaveUpOn: GaveUpOn | undefined): gaveUpOn is GaveUpOn {
  return gaveUpOn?.templateHash === hash && gaveUpOn.attempt === predictorAttempt(observed.model);
}

function buildTarget(context: RolloutContext, serving: PredictorState): Deployment {
  return buildPredictorDeployment(inputFor(context, serving.color));
}

/** The one write that begins it, or turns it to another version on its way. */
function moveTemplate(context: RolloutContext, serving: PredictorState): RolloutPlan {
  const { version, templateHash, deployment } = serving;
  const rolledFrom = serving.rolledFrom ?? { version, templateHash, template: deployment.spec.template };
  const desired = withRollMarks(buildTarget(context, serving), { rolledFrom });
  const actions = write(context, serving, desired, replacing(context, serving));
  return rolling(context, serving, 'the Deployment is written', actions);
}

/** The Service first: it names the version that serves, should the Deployment be deleted. */
function finish(context: RolloutContext, serving: PredictorState): RolloutPlan {
  const { target, now } = context;
  const known = readSwitchedOf(context.observed);
  const switched =
    known?.to === target.version ? known : { at: now.toISOString(), from: undefined, to: target.version };
  const why = 'the last of the pods of before is gone';
  const service = applyService(context, serving.color, switched);
  const actions = applyPredictor(buildTarget(context, serving), serving, why);
  return rolling(context, serving, why, actions, service);
}

/** Back to the very template of before; what did not come up stays marked, so that it is not tried for ever. */
function giveUp(context: RolloutContext, serving: PredictorState): RolloutPlan {
  const { observed, hash } = context;
  const why = progressOf(context, serving);
  const gaveUpOn = { templateHash: hash, attempt: predictorAttempt(observed.model), why };
  return stayBack(context, serving, gaveUpOn);
}

function stayBack(context: RolloutContext, serving: PredictorState, gaveUpOn: GaveUpOn): RolloutPlan {
  const { observed, target } = context;
  const actions = [...keepService(context, serving), ...backTo(context, serving, gaveUpOn)];
  const seconds = observed.model.spec.serving.rollout.progressDeadlineSeconds;
  const mark = `the annotation ${ANNOTATION.gaveUpOn} of the Deployment ${serving.deployment.metadata.name}`;
  const remedy = `to try again, change the spec of its pods, replicas or progressDeadlineSeconds, or remove ${mark}`;
  const [what, instead] =
    target.version === serving.version
      ? [`the new pods of ${target.version} were`, 'its pods of before keep serving']
      : [`${target.version} was`, `${serving.version} keeps serving`];
  const message = `${what} given up after ${seconds} s without progress, ${instead}: ${gaveUpOn.why} (${remedy})`;
  return {
    verdict: isFalse(REASON.progressDeadlineExceeded, message),
    candidate: undefined,
    busy: false,
    failed: { reason: REASON.progressDeadlineExceeded, message },
    refusal: {
      version: target.version,
      reason: REASON.progressDeadlineExceeded,
      message: gaveUpOn.why,
    },
    actions,
  };
}

/** The mark of where it came from goes once all pods are those of before again. */
function backTo(context: RolloutContext, serving: PredictorState, gaveUpOn: GaveUpOn): Action[] {
  const { rolledFrom, rollingTo, ready } = serving;
  if (rolledFrom === undefined) return [];
  const isBack = rollingTo?.templateHash === rolledFrom.templateHash && ready;
  const before = withTemplate(buildTarget(context, serving), rolledFrom);
  const desired = withRollMarks(before, { gaveUpOn, rolledFrom: isBack ? undefined : rolledFrom });
  const why = isBack
    ? `all pods are of ${serving.version} again`
    : `it goes back to ${serving.version}, ${gaveUpOn.why}`;
  return write(context, serving, desired, why);
}

/** On top of what was seen, and only while the Service leads there: a leader that slept may be mistaken in both. */
function write(
  { observed }: RolloutContext,
  { deployment }: PredictorState,
  desired: Deployment,
  why: string,
): Action[] {
  if (isApplied(desired, deployment)) return [];
  return [
    {
      verb: 'apply',
      object: desired,
      onto: deployment.metadata.resourceVersion,
      given: observed.service,
      why,
    },
  ];
}

/** It is the same for both versions, and no candidate's: what the spec says of it counts at once. */
function keepService(context: RolloutContext, { color }: PredictorState): Action[] {
  return applyService(context, color, readSwitchedOf(context.observed));
}

function rolling(
  context: RolloutContext,
  serving: PredictorState,
  what: string,
  actions: Action[],
  service = keepService(context, serving),
): RolloutPlan {
  return {
    verdict: isFalse(REASON.rollingOut, `${replacing(context, serving)}: ${what}`),
    candidate: context.target.version,
    busy: true,
    failed: undefined,
    actions: [...service, ...actions],
  };
}

function replacing({ target, hash }: RolloutContext, { version, templateHash }: PredictorState): string {
  if (hash === templateHash) return `${version} takes its pods back one by one`;
  if (target.version === version)
    return `the pods of ${version} are replaced one by one, as the spec says by now`;
  return `${target.version} replaces ${version} pod by pod`;
}

/** What the Deployment tells is of the template before until its controller has seen the new one. */
function progressOf({ target }: RolloutContext, predictor: PredictorState): string {
  const { deployment, readyReplicas, trouble } = predictor;
  const { metadata, spec, status } = deployment;
  const isSeen = (status?.observedGeneration ?? 0) >= (metadata.generation ?? 0);
  const words = `${isSeen ? readyReplicas : 0} of ${spec.replicas} new pods of ${target.version} are ready`;
  return trouble === undefined ? words : `${words}: ${trouble}`;
}
