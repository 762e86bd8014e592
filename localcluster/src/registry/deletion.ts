import { conflict } from '../api/api-error.ts';
import { timestamp } from '../timestamp.ts';
import { at, type KubeObject } from '../types.ts';
import type { DeleteOptions } from './options.ts';
import type { Resource } from './resource.ts';

const FOREGROUND = 'foregroundDeletion';
const ORPHAN = 'orphan';
export const NAMESPACE_FINALIZER = 'kubernetes';
export const DEFINITION_FINALIZER = 'customresourcecleanup.apiextensions.k8s.io';
/** Kinds that go when what is in them has gone: a controller takes these finalizers off. */
const HELD_BY: Record<string, string> = {
  '/Namespace': NAMESPACE_FINALIZER,
  'apiextensions.k8s.io/CustomResourceDefinition': DEFINITION_FINALIZER,
};

/**
 * The object as deletion marks it while finalizers or a grace period hold it; undefined when it can go at once.
 * @throws ApiError 409 when a precondition does not hold
 */
export function planDeletion(
  resource: Resource,
  object: KubeObject,
  options: DeleteOptions,
  now: number,
): KubeObject | undefined {
  checkPreconditions(resource, object, options);
  const finalizers = finalizersFor(resource, object, options);
  const grace = gracePeriod(resource, object, options);
  const finished = finalizers.length === 0 && grace === 0;
  if (finished) return undefined;
  const marked = markDeleted(object, grace, now);
  if (finalizers.length > 0) marked.metadata.finalizers = finalizers;
  return marked;
}

/** A copy that is told to end within the grace period, or sooner where it was told before. */
export function markDeleted(object: KubeObject, grace: number, now: number): KubeObject {
  const marked = structuredClone(object);
  const { metadata } = marked;
  const before = metadata.deletionGracePeriodSeconds;
  if (metadata.deletionTimestamp === undefined && metadata.generation !== undefined) metadata.generation += 1;
  if (before === undefined || grace < before) {
    metadata.deletionTimestamp = timestamp(now + grace * 1000);
    metadata.deletionGracePeriodSeconds = grace;
  }
  return marked;
}

function checkPreconditions(
  resource: Resource,
  { metadata }: KubeObject,
  { preconditions = {} }: DeleteOptions,
): void {
  const { uid, resourceVersion } = preconditions;
  const named = { group: resource.group, plural: resource.kind, name: metadata.name };
  if (uid !== undefined && uid !== metadata.uid) {
    const why = `the UID in the precondition (${uid}) does not match the UID in record (${metadata.uid}). The object might have been deleted and then recreated`;
    throw conflict(named, why);
  }
  if (resourceVersion !== undefined && resourceVersion !== metadata.resourceVersion) {
    const why = `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${metadata.resourceVersion}). The object might have been modified`;
    throw conflict(named, why);
  }
}

function finalizersFor(
  resource: Resource,
  { metadata }: KubeObject,
  { propagationPolicy }: DeleteOptions,
): string[] {
  const kept = (metadata.finalizers ?? []).filter(
    (one) => !propagationPolicy || (one !== FOREGROUND && one !== ORPHAN),
  );
  if (propagationPolicy === 'Foreground') kept.push(FOREGROUND);
  if (propagationPolicy === 'Orphan') kept.push(ORPHAN);
  const own = HELD_BY[`${resource.group}/${resource.kind}`];
  if (own && metadata.deletionTimestamp === undefined && !kept.includes(own)) kept.push(own);
  return kept;
}

/** Pods that a node runs are given time to end; everything else goes at once. */
function gracePeriod(resource: Resource, object: KubeObject, { gracePeriodSeconds }: DeleteOptions): number {
  if (resource.kind !== 'Pod' || resource.group !== '') return 0;
  const running = at(object, 'spec', 'nodeName') !== undefined && !isFinished(object);
  if (!running) return 0;
  const wanted = gracePeriodSeconds ?? Number(at(object, 'spec', 'terminationGracePeriodSeconds') ?? 30);
  return Math.max(0, wanted);
}

function isFinished(pod: KubeObject): boolean {
  const phase = at(pod, 'status', 'phase');
  return phase === 'Succeeded' || phase === 'Failed';
}
