import { applyActions } from '../apply-actions.ts';
import type { OperatorContext } from '../context.ts';
import type { ReconcileError } from '../errors.ts';
import type { ObservedModel } from './observed.ts';
import type { ModelPlan } from './plan.ts';

/** Does what the plan says; what went wrong is for the status to tell. */
export function applyModelPlan(
  context: OperatorContext,
  observed: ObservedModel,
  plan: ModelPlan,
): Promise<ReconcileError | undefined> {
  return applyActions(context, observed.model, plan.actions);
}
