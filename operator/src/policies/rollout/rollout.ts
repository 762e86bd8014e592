import { isTrue, REASON } from '../../conditions.ts';
import { standingQuestions } from '../../predictors/standing.ts';
import { speaksTls, templateHash } from '../../resources/predictor-deployment.ts';
import type { VersionRecord } from '../../resources/version-record.ts';
import { soonest } from '../../soonest.ts';
import { type ObservedModel, type PredictorState, servingOf } from '../../stockoutmodel/observed.ts';
import { rollOut } from './candidate.ts';
import { bringBackChampion } from './champion.ts';
import { quiet } from './proof-questions.ts';
import { goBack, lookAgainMs, watchQuestions, wayBackFrom } from './rollback.ts';
import { rollTemplate } from './rolling-update.ts';
import {
  dropCandidateService,
  remove,
  type RolloutContext,
  type RolloutInput,
  type RolloutPlan,
} from './rollout-steps.ts';
import { awaitWindow, partWithOld, settle } from './settling.ts';

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
  const standing = observed.predictors.flatMap(({ coming }) => standingQuestions(coming));
  return { ...plan, questions: [...(plan.questions ?? quiet(observed)), ...standing] };
}

function planStep(
  observed: ObservedModel,
  target: VersionRecord | undefined,
  input: RolloutInput,
): RolloutPlan {
  const broughtBack = bringBackChampion(observed, input);
  if (broughtBack !== undefined) return broughtBack;
  const serving = servingOf(observed);
  if (target === undefined) return nothingToRollOut(observed, serving);
  const hash = templateHash({ model: observed.model, version: target, image: input.image });
  const context = { observed, target, hash, serving, ...input };
  return serving === undefined ? rollOut(context) : planFrom(context, serving);
}

/** While there is a way back what serves is watched, whatever is to serve next. */
function planFrom(context: RolloutContext, serving: PredictorState): RolloutPlan {
  const before = wayBackFrom(context, serving);
  if (before === undefined) return planForward(context, serving);
  // What goes there anyway needs no failure for it.
  const back = before.templateHash === context.hash ? undefined : goBack(context, serving, before);
  if (back !== undefined) return back;
  const plan = awaitWindow(context, serving, before) ?? planForward(context, serving);
  return {
    ...plan,
    questions: [...watchQuestions(serving), ...(plan.questions ?? quiet(context.observed))],
    requeueAfterMs: soonest(plan.requeueAfterMs, lookAgainMs(serving)),
  };
}

function planForward(context: RolloutContext, serving: PredictorState): RolloutPlan {
  if (isRolling(context, serving)) {
    const rolling = rollTemplate(context, serving);
    const old = partWithOld(context, serving);
    const actions = [...rolling.actions, ...old.actions, ...dropCandidateService(context)];
    return { ...rolling, ...old, actions };
  }
  return serving.templateHash === context.hash ? settle(context, serving) : rollOut(context);
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
