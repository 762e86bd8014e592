import { applyActions } from '../apply-actions.ts';
import type { OperatorContext } from '../context.ts';
import { mostPressing, type ReconcileError } from '../errors.ts';
import type { ObservedModel } from './observed.ts';
import type { ModelPlan } from './plan.ts';

/** What became of a plan. */
export interface Applied {
  /** What went wrong, for the status. */
  error: ReconcileError | undefined;
  /** All that the rollout was to do is done: its questions find the pods and Services that they are about. */
  rolloutDone: boolean;
}

/** Does what the plan says: a training that cannot start holds up no way back. */
export async function applyModelPlan(
  context: OperatorContext,
  { model }: ObservedModel,
  { chains, rollout }: ModelPlan,
): Promise<Applied> {
  const errors: ReconcileError[] = [];
  let rolloutDone = true;
  for (const chain of chains) {
    const error = await applyActions(context, model, chain);
    if (error === undefined) continue;
    errors.push(error);
    if (chain === rollout?.actions) rolloutDone = false;
  }
  return { error: mostPressing(errors), rolloutDone };
}
