import type { StockoutModelStatus } from '@stockout/crds';
import { announce } from '../apply-actions.ts';
import type { OperatorContext } from '../context.ts';
import { STOCKOUT_MODEL } from '../kube/kinds.ts';
import { writeStatus } from '../kube/write-status.ts';
import { countGateFailures, measureModel } from '../metrics.ts';
import type { Reconciled } from '../controller.ts';
import { applyModelPlan } from './apply.ts';
import { newsOf } from './news.ts';
import { observeDeletion } from './observe-deletion.ts';
import { observeModel } from './observe.ts';
import type { ObservedModel } from './observed.ts';
import { planModel } from './plan.ts';
import { reconcileDeletion } from './reconcile-deletion.ts';
import { modelStatusOf } from './status.ts';

/** @param key namespace/name */
export async function reconcileModel(context: OperatorContext, key: string): Promise<Reconciled> {
  const { stores, interviewer } = context;
  const deleted = observeDeletion(stores, key);
  const observed = deleted === undefined ? observeModel(stores, key, interviewer.answersOf(key)) : undefined;
  if (observed === undefined) interviewer.ask(key, []);
  if (deleted !== undefined) return reconcileDeletion(context, deleted);
  if (observed === undefined) return {};
  const now = context.now();
  const plan = planModel(observed, context.settings, now);
  const { error, rolloutDone } = await applyModelPlan(context, observed, plan);
  // A rollout that was not carried out is planned again: until then what was asked stays asked. No other chain's trouble,
  // which may last, keeps pods from being asked: a proof and the watch over what serves go on.
  if (rolloutDone) interviewer.ask(key, plan.questions);
  await tell(context, observed, modelStatusOf(observed, plan, error, now));
  return { error, requeueAfterMs: plan.requeueAfterMs };
}

async function tell(
  context: OperatorContext,
  { model }: ObservedModel,
  status: StockoutModelStatus,
): Promise<void> {
  const outcome = await writeStatus(context.client, STOCKOUT_MODEL, model, status);
  if (outcome === 'gone') return;
  measureModel(context.metrics, model, status);
  if (outcome === 'same') return;
  countGateFailures(context.metrics, model, status);
  await announce(context, model, newsOf(model, status));
}
