import type { Action } from '../actions.ts';
import { isTrue, REASON } from '../conditions.ts';
import { buildPredictorDeployment, speaksTls, templateHash } from '../resources/predictor-deployment.ts';
import type { VersionRecord } from '../resources/version-record.ts';
import { type ObservedModel, type PredictorState, servingOf } from '../stockoutmodel/observed.ts';
import { rollOut } from './candidate.ts';
import { bringBackChampion } from './champion.ts';
import { quiet } from './proof-questions.ts';
import { goBack, watchQuestions, wayBackFrom } from './rollback.ts';
import { rollTemplate } from './rolling-update.ts';
import {
  applyPredictor,
  applyService,
  dropCandidateService,
  inputFor,
  readSwitchedOf,
  remove,
  rollbackWindowLeft,
  type RolloutContext,
  type RolloutInput,
  type RolloutPlan,
} from './rollout-steps.ts';

/**
 * Blue and green: the candidate comes up as the other color, one write to the Service's selector switches, and the
 * old color stays for the rollback window. Each step follows from what is there, so that any of them may be the last
 * before a restart, and going back within the window is a switch like any other.
 */
export function planRollout(
  observed: ObservedModel,
  target: VersionRecord | undefined,
  input: RolloutInput,
): RolloutPlan {
  const plan = planStep(observed, target, input);
  return plan.questions === undefined ? { ...plan, questions: quiet(observed) } : plan;
}

function planStep(
  observed: ObservedModel,
  target: VersionRecord | undefined,
  input: RolloutInput,
): RolloutPlan {
  const back = bringBackChampion(observed, input);
  if (back !== undefined) return back;
  const serving = servingOf(observed);
  if (target === undefined) return nothingToRollOut(observed, serving);
  const hash = templateHash({ model: observed.model, version: target, image: input.image });
  const context = { observed, target, hash, serving, ...input };
  if (serving !== undefined && isRolling(context, serving)) {
    const rolling = rollTemplate(context, serving);
    const old = partWithOld(context, serving);
    const actions = [...rolling.actions, ...old.actions, ...dropCandidateService(context)];
    return { ...rolling, ...old, actions };
  }
  return serving?.templateHash === hash ? settle(context, serving) : rollOut(context);
}

/**
 * One that began is ended as one, whatever strategy the spec names by then. What is first of all comes up as a color, and
 * so do pods that speak TLS after some that do not, or the other way round: callers of one Service cannot meet both.
 */
function isRolling({ observed, hash }: RolloutContext, serving: PredictorState): boolean {
  const { rollout, tls } = observed.model.spec.serving;
  if (speaksTls(serving.deployment) !== (tls !== undefined)) return false;
  if (serving.rollingTo !== undefined) return true;
  return rollout.strategy === 'RollingUpdate' && serving.templateHash !== hash;
}

/** Nothing may serve, or the record of what serves is gone: leave it as it is. */
function nothingToRollOut(observed: ObservedModel, serving: PredictorState | undefined): RolloutPlan {
  const abandoned = observed.predictors.filter((predictor) => predictor !== serving);
  const actions = [
    ...abandoned.map((predictor) => remove(observed, predictor, 'it is not to serve any more')),
    ...dropCandidateService({ observed }),
  ];
  const verdict =
    serving === undefined
      ? { status: 'Unknown' as const, reason: REASON.nothingToRollOut, message: 'no version is to serve yet' }
      : isTrue(REASON.rolledOut, `${serving.version} serves (${serving.color})`);
  return { verdict, candidate: undefined, busy: false, failed: undefined, actions };
}

/** What is to serve serves: keep it as it should be, go back within the rollback window, let the old color go after it. */
function settle(context: RolloutContext, serving: PredictorState): RolloutPlan {
  const { observed, target } = context;
  const desired = buildPredictorDeployment(inputFor(context, serving.color));
  const before = wayBackFrom(context, serving);
  const back = before && goBack(context, serving, before);
  if (back !== undefined) return back;
  const old = partWithOld(context, serving);
  const actions = [
    ...applyPredictor(desired, serving, 'it differs from the spec'),
    ...applyService(context, serving.color, readSwitchedOf(observed)),
    ...old.actions,
    ...dropCandidateService(context),
  ];
  return {
    verdict: isTrue(REASON.rolledOut, `all traffic goes to ${target.version} (${serving.color})`),
    candidate: undefined,
    busy: false,
    failed: undefined,
    ...old,
    actions,
    ...(before === undefined ? {} : { questions: [...watchQuestions(serving), ...quiet(observed)] }),
  };
}

/** The other color goes when its window is over, at once when it never served. */
function partWithOld(
  context: RolloutContext,
  serving: PredictorState,
): Pick<RolloutPlan, 'actions' | 'requeueAfterMs'> {
  const old = context.observed.predictors.find((predictor) => predictor.color !== serving.color);
  if (old === undefined) return { actions: [] };
  const left = rollbackWindowLeft(context, old);
  return left > 0 ? { actions: [], requeueAfterMs: left } : { actions: [letGo(context, old)] };
}

function letGo({ observed }: RolloutContext, old: PredictorState): Action {
  const served = readSwitchedOf(observed)?.from === old.templateHash;
  return remove(observed, old, served ? 'the rollback window is over' : 'it is not to serve any more');
}
