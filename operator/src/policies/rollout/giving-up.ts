import { type Finding, isFalse, REASON } from '../../conditions.ts';
import type { Action } from '../../actions.ts';
import { buildGivenUpPredictor } from '../../resources/predictor-deployment.ts';
import type { PredictorState } from '../../stockoutmodel/observed.ts';
import { aside, inputFor, type RolloutContext, type RolloutPlan } from './rollout-steps.ts';

/** It keeps its Deployment, without pods, as the record of why. */
export function giveUp(
  context: RolloutContext,
  candidate: PredictorState,
  finding: Finding,
  actions: Action[],
): RolloutPlan {
  const object = buildGivenUpPredictor(inputFor(context, candidate.color), finding);
  const onto = candidate.deployment.metadata.resourceVersion;
  return givenUp(context, candidate, finding, [
    ...actions,
    ...aside(context, [{ verb: 'apply', object, onto, why: `it is given up, ${finding.message}` }]),
  ]);
}

/** It was, and stays so. */
export function givenUp(
  context: RolloutContext,
  candidate: PredictorState,
  { reason, message: why }: Finding,
  actions: Action[],
): RolloutPlan {
  const { target, serving } = context;
  const { color, deployment } = candidate;
  const stays = reason === REASON.rolledBack ? 'serves again' : 'keeps serving';
  const instead = serving === undefined ? 'nothing serves' : `${serving.version} (${serving.color}) ${stays}`;
  const what = `${target.version} (${color}) ${inWords(context, reason)}, ${instead}: ${why}`;
  const message = `${what} (${remedyFor(context, deployment.metadata.name)})`;
  return {
    verdict: isFalse(reason, message),
    candidate: undefined,
    busy: false,
    failed: { reason, message },
    refusal: { version: target.version, reason, message: why },
    actions,
  };
}

function inWords({ observed }: RolloutContext, reason: string): string {
  const seconds = observed.model.spec.serving.rollout.progressDeadlineSeconds;
  if (reason === REASON.progressDeadlineExceeded) return `was given up after ${seconds} s without progress`;
  return reason === REASON.rolledBack ? 'failed soon after it began to serve' : 'was refused';
}

function remedyFor({ observed, target, serving }: RolloutContext, deployment: string): string {
  const isAsked =
    observed.model.spec.promotion.version === target.version || serving?.version === target.version;
  const pin = isAsked ? '' : `pin ${target.version} with spec.promotion.version, `;
  const change = 'change the spec of its pods, replicas, shadow, analysis or progressDeadlineSeconds';
  return `to try it again, ${change}, ${pin}or delete the Deployment ${deployment}`;
}
