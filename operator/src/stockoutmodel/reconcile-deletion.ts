import { announce, applyActions } from '../apply-actions.ts';
import { CONDITION } from '../conditions.ts';
import type { OperatorContext } from '../context.ts';
import type { Reconciled } from '../controller.ts';
import type { ReconcileError } from '../errors.ts';
import { STOCKOUT_MODEL } from '../kube/kinds.ts';
import { writeStatus } from '../kube/write-status.ts';
import { type DeletionPlan, giveUp, planDeletion } from '../policies/deletion.ts';
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
  const error = await carryOut(context, observed, plan);
  if (error === undefined || !isNamespaceGoing(error)) return { error, requeueAfterMs: plan.requeueAfterMs };
  // No Job can be made in a namespace that is deleted: to wait for one would hold up the namespace.
  return { error: await carryOut(context, observed, giveUp(observed, error.message)) };
}

async function carryOut(
  context: OperatorContext,
  { model }: ObservedDeletion,
  { verdict, actions, left }: DeletionPlan,
): Promise<ReconcileError | undefined> {
  const isLast = actions.some(({ verb }) => verb === 'finalize');
  if (left !== undefined) await announce(context, model, [{ type: 'Warning', ...left }]);
  const error = await applyActions(context, model, actions);
  if (isLast || error !== undefined) return error;
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
  return undefined;
}

function isNamespaceGoing({ message }: ReconcileError): boolean {
  return message.includes('because it is being terminated');
}
