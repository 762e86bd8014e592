import type { Action } from '../actions.ts';
import type { Job, KubeObject } from '../api/kubernetes.ts';
import { REASON } from '../conditions.ts';
import { TransientError, WaitingError } from '../errors.ts';
import { runStatesOf } from '../jobs/run-state.ts';
import { isOwnedBy, missingLabels } from '../resources/names.ts';
import type { KubeClient } from './client.ts';
import { kindOf, POD } from './kinds.ts';
import { isAlreadyExists, isConflict, isNotFound } from './kube-error.ts';

const NAME_TAKEN_MS = 10_000;
/**
 * A revision that no object has: a store counts from 1, and has written something by then. On top of it an object is made
 * or the apply is refused, in one step: what somebody else makes at this moment is not taken over.
 */
const NOT_THERE = '1';

/** Does one action. Doing it twice is as good as once. @throws KubeError, WaitingError, TransientError */
export async function perform(client: KubeClient, action: Action): Promise<void> {
  if (action.given !== undefined) await refuseIfChanged(client, action.given);
  if (action.verb === 'create') return create(client, action.object);
  if (action.verb === 'finalize') return finalize(client, action.object);
  if (action.verb === 'delete') {
    if (action.unlessTold) await refuseIfTold(client, action.object as Job);
    return remove(client, action.object);
  }
  return apply(client, action);
}

async function create(client: KubeClient, object: KubeObject): Promise<void> {
  try {
    await client.create(kindOf(object), object);
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
    const existing = await find(client, object);
    if (existing !== undefined) requireOurs(existing, object);
  }
}

async function apply(
  client: KubeClient,
  { object, onto, manager }: Extract<Action, { verb: 'apply' }>,
): Promise<void> {
  if (onto === undefined) await refuseIfThere(client, object);
  const metadata = { ...object.metadata, resourceVersion: onto ?? NOT_THERE };
  await client.apply(kindOf(object), { ...object, metadata }, manager);
}

async function refuseIfThere(client: KubeClient, object: KubeObject): Promise<void> {
  const existing = await find(client, object);
  if (existing === undefined) return;
  requireOurs(existing, object);
  throw outdated(object);
}

async function refuseIfChanged(client: KubeClient, given: KubeObject): Promise<void> {
  const now = await find(client, given);
  if (now?.metadata.resourceVersion !== given.metadata.resourceVersion) throw outdated(given);
}

/** A list of old shows no pod of a Job that is done. */
async function refuseIfTold(client: KubeClient, job: Job): Promise<void> {
  const { namespace, name } = job.metadata;
  const pods = await client.list(POD, { namespace, labelSelector: `batch.kubernetes.io/job-name=${name}` });
  const [state] = runStatesOf([job], pods.items, () => []);
  if (state?.result !== 'Pending') throw outdated(job);
}

async function finalize(client: KubeClient, object: KubeObject): Promise<void> {
  try {
    await client.setFinalizers(kindOf(object), object);
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

async function remove(client: KubeClient, object: KubeObject): Promise<void> {
  try {
    await client.delete(kindOf(object), object);
  } catch (error) {
    // Gone, or another of the same name by now.
    if (!isNotFound(error) && !isConflict(error)) throw error;
  }
}

async function find(client: KubeClient, object: KubeObject): Promise<KubeObject | undefined> {
  try {
    return await client.get(kindOf(object), object.metadata.namespace, object.metadata.name);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

function outdated({ kind, metadata }: KubeObject): TransientError {
  const message = `the ${kind} ${metadata.name} was changed since it was observed`;
  return new TransientError('Conflict', message, { silent: true });
}

/** A forced apply would take over what someone else made under this name. @throws WaitingError */
function requireOurs(existing: KubeObject, object: KubeObject): void {
  const owner = object.metadata.ownerReferences?.find(({ controller }) => controller);
  if (owner === undefined || !isOwnedBy(existing, owner.uid)) {
    throw nameTaken(object, "is not this object's: delete or rename it");
  }
  // Nobody would ever see it: what is looked for is looked for by these.
  const lost = missingLabels(existing, object);
  if (lost.length > 0) {
    throw nameTaken(object, `has lost what it is found by: label it ${lost.join(' ')}, or delete it`);
  }
}

function nameTaken({ kind, metadata }: KubeObject, why: string): WaitingError {
  const what = `the ${kind} ${metadata.name} in ${metadata.namespace}`;
  return new WaitingError(REASON.nameTaken, `${what} exists and ${why}`, NAME_TAKEN_MS);
}
