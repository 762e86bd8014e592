import type { Action } from '../actions.ts';
import { type Finding, isFalse, REASON } from '../conditions.ts';
import { type DriftPlan, planDrift } from '../policies/drift/drift.ts';
import { planAvailability } from '../policies/rollout/availability.ts';
import { planFinalizer } from '../policies/records/deletion.ts';
import type { Question } from '../predictors/question.ts';
import { planComparison } from '../policies/comparison/comparison.ts';
import type { ComparisonPlan } from '../policies/comparison/comparison-plan.ts';
import { withComparison } from '../policies/comparison/told-comparison.ts';
import { planPromotion, type PromotionPlan } from '../policies/promotion.ts';
import { planRecovery, type RecoveryPlan } from '../policies/records/recovery.ts';
import { knownOfStorage } from '../policies/records/recovery-state.ts';
import { refuse } from '../policies/refusal.ts';
import { planRefusals } from '../policies/records/refusals.ts';
import { planComparisonRetention, planRetention } from '../policies/records/retention.ts';
import { planRollout } from '../policies/rollout/rollout.ts';
import type { RolloutPlan } from '../policies/rollout/rollout-steps.ts';
import { aliasesOf } from '../policies/tracking/aliases.ts';
import { planTracking, type TrackingPlan } from '../policies/tracking/tracking.ts';
import { planTraining, type TrainingPlan } from '../policies/training/training.ts';
import { soonest } from '../soonest.ts';
import type { Settings } from '../settings.ts';
import { championOf, type ObservedModel } from './observed.ts';

export interface ModelPlan {
  /** Nothing is done, what serves is left alone. */
  refused: Finding | undefined;
  promotion: PromotionPlan;
  training: TrainingPlan | undefined;
  /** Undefined where nothing is planned. */
  recovery: RecoveryPlan | undefined;
  rollout: RolloutPlan | undefined;
  /** Undefined where nothing is planned. */
  comparison: ComparisonPlan | undefined;
  /** Undefined where no MLflow is asked for. */
  tracking: TrackingPlan | undefined;
  /** Undefined where nothing is planned. */
  drift: DriftPlan | undefined;
  /** Each is done in its order, up to the first action that fails; that does not hold up the other chains. */
  chains: Action[][];
  /** What the next plan wants to know of the predictors' pods. */
  questions: readonly Question[];
  /** Look again then, though nothing may have changed. */
  requeueAfterMs: number | undefined;
}

/** What to do for a model, from what was seen and the time alone. */
export function planModel(observed: ObservedModel, settings: Settings, now: Date): ModelPlan {
  const serving = championOf(observed);
  const promotion = planPromotion({
    model: observed.model,
    versions: observed.versions,
    serving,
    comparisons: observed.comparisons,
    unusable: knownOfStorage(observed)?.passedOver,
  });
  const refused = refuse(observed.model, settings.allowedNames);
  if (refused !== undefined) {
    return {
      refused,
      promotion,
      training: undefined,
      recovery: undefined,
      rollout: undefined,
      comparison: undefined,
      tracking: undefined,
      drift: undefined,
      chains: [],
      questions: [],
      requeueAfterMs: undefined,
    };
  }
  const { images, podNetwork } = settings;
  const { target, verdicts } = promotion;
  const rollout = planRollout(observed, target, { now, image: images.predictor, podNetwork, verdicts });
  const recovery = planRecovery(observed, { now, image: images.pipeline });
  const isBlind = observed.versions.length === 0 && isUnderWay(recovery);
  const drift = planDrift(observed, now);
  const asked = { rollingOut: rollout.busy, driftAt: drift.retrainAt };
  const training = isBlind
    ? heldBack(recovery)
    : planTraining(observed, { now, image: images.pipeline, ...asked });
  const comparison = planComparison(observed, promotion.uncompared, {
    now,
    image: images.pipeline,
    awaited: underWay(rollout, training),
  });
  const tracking = planTracking(observed, aliasesOf(observed, promotion, rollout), {
    now,
    image: images.pipeline,
  });
  const { version: pin } = observed.model.spec.promotion;
  const deployed = observed.predictors.flatMap(({ version, rollingTo }) => [version, rollingTo?.version]);
  const inUse = new Set([promotion.target?.version, pin, ...deployed]);
  return {
    refused: undefined,
    promotion: withComparison(promotion, comparison, observed.versions[0]?.version),
    training,
    recovery,
    rollout,
    comparison,
    tracking,
    drift,
    chains: [
      // Before there is a version: what a deleted model leaves must be known to be left.
      [...planFinalizer(observed), ...recovery.actions, ...training.actions],
      // From what Deployments say, before another candidate takes them.
      planRefusals(observed, rollout, now),
      // Nobody knows what is to serve: all that is there stays.
      isBlind ? [] : rollout.actions,
      planAvailability(observed),
      isBlind ? [] : comparison.actions,
      ...(tracking === undefined ? [] : [tracking.actions]),
      drift.actions,
      [...planRetention(observed, inUse), ...planComparisonRetention(observed)],
    ],
    questions: [...(rollout.questions ?? []), ...drift.questions],
    requeueAfterMs: soonest(
      rollout.requeueAfterMs,
      training.requeueAfterMs,
      comparison.requeueAfterMs,
      recovery.requeueAfterMs,
      tracking?.requeueAfterMs,
    ),
  };
}

/** After which another version may serve, or there may be one that is better still. */
function underWay(rollout: RolloutPlan, training: TrainingPlan): string | undefined {
  if (rollout.busy) return 'the rollout that is under way';
  return training.busy ? 'the training that is under way' : undefined;
}

/** It works on it, or could not yet. */
function isUnderWay({ busy, verdict }: RecoveryPlan): boolean {
  return busy || verdict?.reason === REASON.recoveryFailed;
}

/** What storage holds may be the very version that is asked for, and the champion to beat. */
function heldBack({ verdict, busy }: RecoveryPlan): TrainingPlan {
  const { reason = REASON.recovering, message = '' } = verdict ?? {};
  return { verdict: isFalse(reason, message), busy, failed: undefined, actions: [], next: undefined };
}
