import { applyActions } from '../apply-actions.ts';
import type { OperatorContext } from '../context.ts';
import { mostPressing, type ReconcileError } from '../errors.ts';
import type { ObservedModel } from './observed.ts';
import type { ModelPlan } from './plan.ts';

/** Does what the plan says: a training that cannot start holds up no way back. What went wrong is for the status. */
export async function applyModelPlan(
  context: OperatorContext,
  { model }: ObservedModel,
  { chains }: ModelPlan,
): Promise<ReconcileError | undefined> {
  const errors: ReconcileError[] = [];
  for (const chain of chains) {
    const error = await applyActions(context, model, chain);
    if (error !== undefined) errors.push(error);
  }
  return mostPressing(errors);
}
