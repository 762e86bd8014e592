import type { Action } from '../actions.ts';
import type { Finding } from '../conditions.ts';
import { planPromotion, type PromotionPlan } from '../policies/promotion.ts';
import { refuse } from '../policies/refusal.ts';
import { planRetention } from '../policies/retention.ts';
import { planRollout } from '../policies/rollout.ts';
import type { RolloutPlan } from '../policies/rollout-steps.ts';
import type { StepPlan } from '../policies/step-plan.ts';
import { aliasesOf } from '../policies/aliases.ts';
import { planTracking, type TrackingPlan } from '../policies/tracking.ts';
import { planTraining } from '../policies/training.ts';
import type { Settings } from '../settings.ts';
import { championOf, type ObservedModel } from './observed.ts';

export interface ModelPlan {
  /** Nothing is done, what serves is left alone. */
  refused: Finding | undefined;
  promotion: PromotionPlan;
  training: StepPlan | undefined;
  rollout: RolloutPlan | undefined;
  /** Undefined where no MLflow is asked for. */
  tracking: TrackingPlan | undefined;
  /** Each is done in its order, up to the first action that fails; that does not hold up the other chains. */
  chains: Action[][];
  /** Look again then, though nothing may have changed. */
  requeueAfterMs: number | undefined;
}

/** What to do for a model, from what was seen and the time alone. */
export function planModel(observed: ObservedModel, settings: Settings, now: Date): ModelPlan {
  const serving = championOf(observed);
  const promotion = planPromotion({ model: observed.model, versions: observed.versions, serving });
  const refused = refuse(observed.model, settings.allowedNames);
  if (refused !== undefined) {
    return {
      refused,
      promotion,
      training: undefined,
      rollout: undefined,
      tracking: undefined,
      chains: [],
      requeueAfterMs: undefined,
    };
  }
  const { images } = settings;
  const rollout = planRollout(observed, promotion.target, { now, image: images.predictor });
  const training = planTraining(observed, { now, image: images.pipeline, rollingOut: rollout.busy });
  const tracking = planTracking(observed, aliasesOf(observed, promotion, rollout), {
    now,
    image: images.pipeline,
  });
  const { version: pin } = observed.model.spec.promotion;
  const deployed = observed.predictors.map(({ version }) => version);
  const inUse = new Set([promotion.target?.version, pin, ...deployed]);
  return {
    refused: undefined,
    promotion,
    training,
    rollout,
    tracking,
    chains: [
      training.actions,
      rollout.actions,
      ...(tracking === undefined ? [] : [tracking.actions]),
      planRetention(observed, inUse),
    ],
    requeueAfterMs: earliest(rollout.requeueAfterMs, training.requeueAfterMs, tracking?.requeueAfterMs),
  };
}

function earliest(...times: (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}
