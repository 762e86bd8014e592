import { announce, applyActions } from '../apply-actions.ts';
import { CONDITION, isFalse, type Verdict } from '../conditions.ts';
import type { OperatorContext } from '../context.ts';
import type { Reconciled } from '../controller.ts';
import { isSilent, type ReconcileError } from '../errors.ts';
import { STOCKOUT_MODEL } from '../kube/kinds.ts';
import { writeStatus } from '../kube/write-status.ts';
import { type DeletionPlan, giveUp, planDeletion } from '../policies/records/deletion.ts';
import { setConditions } from '../set-conditions.ts';
import type { ObservedDeletion } from './observe-deletion.ts';

/** A model that is deleted, until our finalizer is off. */
export async function reconcileDeletion(
  context: OperatorContext,
  observed: ObservedDeletion,
): Promise<Reconciled> {
  const { settings } = context;
  const input = { now: context.now(), image: settings.images.pipeline, allowedNames: settings.allowedNames };
  const plan = planDeletion(observed, input);
  if (plan.actions.some(({ verb }) => verb === 'finalize')) return letGo(context, observed, plan);
  const error = await applyActions(context, observed.model, plan.actions);
  if (error !== undefined && isNamespaceGoing(error)) {
    // No Job can be made there: to wait for one would hold up the namespace.
    return letGo(context, observed, giveUp(observed, error.message));
  }
  await tell(context, observed, withError(plan.verdict, error));
  return { error, requeueAfterMs: plan.requeueAfterMs };
}

/** Its last moment: whoever asks later has the Event alone. */
async function letGo(
  context: OperatorContext,
  { model }: ObservedDeletion,
  { actions, left }: DeletionPlan,
): Promise<Reconciled> {
  if (left !== undefined) await announce(context, model, [{ type: 'Warning', ...left }]);
  return { error: await applyActions(context, model, actions) };
}

async function tell(context: OperatorContext, { model }: ObservedDeletion, verdict: Verdict): Promise<void> {
  const { conditions: before = [] } = model.status ?? {};
  const others = before
    .filter(({ type }) => type !== CONDITION.ready)
    .map((each) => [each.type, each] as const);
  const { generation = 0 } = model.metadata;
  const conditions = setConditions(
    before,
    [[CONDITION.ready, verdict], ...others],
    generation,
    context.now(),
  );
  await writeStatus(context.client, STOCKOUT_MODEL, model, { ...model.status, conditions });
}

function withError(verdict: Verdict, error: ReconcileError | undefined): Verdict {
  return error === undefined || isSilent(error) ? verdict : isFalse(error.reason, error.message);
}

function isNamespaceGoing({ message }: ReconcileError): boolean {
  return message.includes('because it is being terminated');
}
