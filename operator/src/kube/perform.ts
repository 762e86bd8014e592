import type { Action } from '../actions.ts';
import type { KubeObject } from '../api/kubernetes.ts';
import { REASON } from '../conditions.ts';
import { TransientError, WaitingError } from '../errors.ts';
import type { KubeClient } from './client.ts';
import { kindOf } from './kinds.ts';
import { isAlreadyExists, isConflict, isNotFound } from './kube-error.ts';

const NAME_TAKEN_MS = 10_000;

/** Does one action. Doing it twice is as good as once. @throws KubeError, WaitingError, TransientError */
export async function perform(client: KubeClient, action: Action): Promise<void> {
  if (action.given !== undefined) await refuseIfChanged(client, action.given);
  if (action.verb === 'create') return create(client, action.object);
  if (action.verb === 'finalize') return finalize(client, action.object);
  if (action.verb === 'delete') return remove(client, action.object);
  return apply(client, action);
}

async function create(client: KubeClient, object: KubeObject): Promise<void> {
  try {
    await client.create(kindOf(object), object);
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
    const existing = await find(client, object);
    if (existing !== undefined && !haveSameOwner(existing, object)) throw nameTaken(object);
  }
}

async function apply(
  client: KubeClient,
  { object, onto, manager }: Extract<Action, { verb: 'apply' }>,
): Promise<void> {
  if (onto === undefined) {
    // A forced apply would take over what someone else made under this name.
    const existing = await find(client, object);
    if (existing !== undefined && !haveSameOwner(existing, object)) throw nameTaken(object);
    if (existing !== undefined) {
      throw outdated(object);
    }
  }
  const metadata = { ...object.metadata, ...(onto === undefined ? {} : { resourceVersion: onto }) };
  await client.apply(kindOf(object), { ...object, metadata }, manager);
}

async function refuseIfChanged(client: KubeClient, given: KubeObject): Promise<void> {
  const now = await find(client, given);
  if (now?.metadata.resourceVersion !== given.metadata.resourceVersion) throw outdated(given);
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

function haveSameOwner(a: KubeObject, b: KubeObject): boolean {
  const owners = a.metadata.ownerReferences?.map((owner) => owner.uid) ?? [];
  return b.metadata.ownerReferences?.some((owner) => owners.includes(owner.uid)) ?? false;
}

function nameTaken({ kind, metadata }: KubeObject): WaitingError {
  const what = `the ${kind} ${metadata.name} in ${metadata.namespace} exists and is not this object's`;
  return new WaitingError(REASON.nameTaken, `${what}: delete or rename it`, NAME_TAKEN_MS);
}
