import { isFalse, REASON } from '../../conditions.ts';
import type { Action } from '../../actions.ts';
import { type Color, COLORS } from '../../resources/names.ts';
import { buildPredictorDeployment, templateHash } from '../../resources/predictor-deployment.ts';
import { championOf, lostOf, type ObservedModel, type PredictorState } from '../../stockoutmodel/observed.ts';
import {
  applyPredictor,
  applyService,
  inputFor,
  type RolloutInput,
  type RolloutPlan,
} from './rollout-steps.ts';

/**
 * What served before someone deleted its Deployment or the Service comes back before anything else is rolled out: the
 * other version has yet to show that it may serve, or has shown that it may not. Undefined while nothing is missing.
 */
export function bringBackChampion(observed: ObservedModel, input: RolloutInput): RolloutPlan | undefined {
  const lost = lostOf(observed);
  if (lost !== undefined) return bringBackPods(observed, lost, input);
  const champion = championOf(observed);
  if (observed.service !== undefined || champion === undefined) return undefined;
  const predictor = predictorOf(observed, champion);
  const isOnRecord = observed.versions.some(({ version }) => version === champion);
  // Without pods too: who is selected and is not there comes back next.
  const color = predictor?.color ?? (isOnRecord ? freeColor(observed) : undefined);
  if (color === undefined) return undefined;
  const switched = { at: input.now.toISOString(), from: undefined, to: champion };
  const actions = applyService({ observed, serving: predictor }, color, switched);
  return comingBack(champion, color, 'the Service was deleted', actions);
}

/** It has proven itself before: no need to let callers wait for all of its pods. */
function bringBackPods(
  observed: ObservedModel,
  { color, version }: { color: Color; version: string },
  input: RolloutInput,
): RolloutPlan | undefined {
  const target = observed.versions.find((record) => record.version === version);
  if (target === undefined) return undefined;
  const hash = templateHash({ model: observed.model, version: target, image: input.image });
  const desired = buildPredictorDeployment(
    inputFor({ observed, target, hash, serving: undefined, ...input }, color),
  );
  const actions = applyPredictor(desired, undefined, 'it serves, and its Deployment was deleted');
  return comingBack(version, color, 'its Deployment was deleted', actions);
}

/** Another spec of its pods may be on its way in the other color: the one with more pods was there before. */
function predictorOf({ predictors }: ObservedModel, champion: string): PredictorState | undefined {
  return predictors
    .filter(({ version, givenUp }) => version === champion && givenUp === undefined)
    .toSorted((a, b) => b.readyReplicas - a.readyReplicas)[0];
}

function freeColor({ predictors }: ObservedModel): Color | undefined {
  return COLORS.find((color) => predictors.every((predictor) => predictor.color !== color));
}

function comingBack(version: string, color: Color, why: string, actions: Action[]): RolloutPlan {
  return {
    verdict: isFalse(REASON.rollingOut, `${version} (${color}) is on its way: ${why}, it is made anew`),
    candidate: version,
    busy: true,
    failed: undefined,
    actions,
  };
}
