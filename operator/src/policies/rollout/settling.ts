import type { Action } from '../../actions.ts';
import { isFalse, isTrue, REASON } from '../../conditions.ts';
import { buildPredictorDeployment, templateHash } from '../../resources/predictor-deployment.ts';
import { versionNumber } from '../../resources/version-record.ts';
import { timestamp } from '../../set-conditions.ts';
import type { PredictorState } from '../../stockoutmodel/observed.ts';
import {
  applyPredictor,
  applyService,
  dropCandidateService,
  inputFor,
  readSwitchedOf,
  remove,
  rollbackWindowLeft,
  type RolloutContext,
  type RolloutPlan,
} from './rollout-steps.ts';

/** What is to serve serves: keep it as it should be, let the old color go after its window. */
export function settle(context: RolloutContext, serving: PredictorState): RolloutPlan {
  const { observed, target } = context;
  const desired = buildPredictorDeployment(inputFor(context, serving.color));
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
  };
}

/**
 * The other color goes when its window is over, at once when it never served. But a version that was given up stays on
 * record there: else a pin that comes and goes would have it tried again.
 */
export function partWithOld(
  context: RolloutContext,
  serving: PredictorState,
): Pick<RolloutPlan, 'actions' | 'requeueAfterMs'> {
  const old = context.observed.predictors.find((predictor) => predictor.color !== serving.color);
  if (old === undefined || isRecord(old, serving)) return { actions: [] };
  const left = rollbackWindowLeft(context, old);
  return left > 0 ? { actions: [], requeueAfterMs: left } : { actions: [letGo(context, old)] };
}

function isRecord(old: PredictorState, serving: PredictorState): boolean {
  return old.givenUp !== undefined && versionNumber(old.version) > versionNumber(serving.version);
}

function letGo({ observed }: RolloutContext, old: PredictorState): Action {
  const served = readSwitchedOf(observed)?.from === old.templateHash;
  return remove(observed, old, served ? 'the rollback window is over' : 'it is not to serve any more');
}

/**
 * A version that comes by itself takes the pods of before only after their window: until then what serves is kept as if
 * nothing else were to serve. Undefined where it need not wait: these pods are down, a person asks for it by name, or
 * what serves is to have another spec of its pods, which may be what it lacks.
 */
export function awaitWindow(
  context: RolloutContext,
  serving: PredictorState,
  before: PredictorState,
): RolloutPlan | undefined {
  const { observed, target, image, now } = context;
  const { model, versions } = observed;
  if (target.version === serving.version || target.version === model.spec.promotion.version) return undefined;
  const record = versions.find(({ version }) => version === serving.version);
  if (record === undefined || !before.ready) return undefined;
  const hash = templateHash({ model, version: record, image });
  if (hash !== serving.templateHash) return undefined;
  const over = timestamp(new Date(now.getTime() + rollbackWindowLeft(context, before)));
  const what = `it comes up once the rollback window is over, at ${over}`;
  const instead = `until then ${serving.version} (${serving.color}) serves`;
  return {
    ...settle({ ...context, target: record, hash }, serving),
    verdict: isFalse(REASON.rollingOut, `${target.version} is on its way, ${instead}: ${what}`),
    candidate: target.version,
    busy: true,
  };
}
