import { applyActions } from '../apply-actions.ts';
import type { OperatorContext } from '../context.ts';
import type { ReconcileError } from '../errors.ts';
import type { ObservedScoringJob } from './observed.ts';
import type { ScoringPlan } from './scoring-plan.ts';

/** Does what the plan says; what went wrong is for the status to tell. */
export function applyScoringPlan(
  context: OperatorContext,
  observed: ObservedScoringJob,
  plan: ScoringPlan,
): Promise<ReconcileError | undefined> {
  return applyActions(context, observed.job, plan.actions);
}
