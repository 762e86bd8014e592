import { isDeepStrictEqual } from 'node:util';
import type { ApiError } from '../api/api-error.ts';
import { matchesSelector } from '../registry/selectors.ts';
import type { Condition, OwnerReference, Pod, ReplicaSet } from '../types.ts';
import { type Cluster, controllerOf, isOwnedBy, ownedBy } from './cluster.ts';
import { createPod } from './create-pod.ts';
import { type Controller, keyOfObject, splitKey } from './manager.ts';
import { availableIn, countOrNone, isActive, isReady, setCondition } from './pods.ts';

/** Keeps as many pods as a ReplicaSet asks for. */
export function replicaSetController(cluster: Cluster): Controller {
  return {
    name: 'replicaset-controller',
    watches: {
      ReplicaSet: (object) => [keyOfObject(object)],
      Pod: (pod, previous) => [ownerKey(pod), previous && ownerKey(previous), orphanKey(cluster, pod as Pod)],
    },
    reconcile: (key) => reconcile(cluster, key),
  };
}

function ownerKey(pod: Pod | ReturnType<Cluster['list']>[number]): string | undefined {
  const owner = controllerOf(pod);
  return owner?.kind === 'ReplicaSet' ? `${pod.metadata.namespace}/${owner.name}` : undefined;
}

/** A pod without a controller may be one that a ReplicaSet adopts. */
function orphanKey(cluster: Cluster, pod: Pod): string | undefined {
  if (controllerOf(pod)) return undefined;
  const sets = cluster.list<ReplicaSet>('ReplicaSet', pod.metadata.namespace);
  const set = sets.find(({ spec }) => matchesSelector(spec.selector, pod.metadata.labels ?? {}));
  return set && keyOfObject(set);
}

function reconcile(cluster: Cluster, key: string): number | undefined {
  const [namespace, name] = splitKey(key);
  const set = cluster.find<ReplicaSet>('ReplicaSet', namespace, name);
  if (!set) return undefined;
  const pods = claim(cluster, set);
  const active = pods.filter(isActive);
  const refused = set.metadata.deletionTimestamp ? undefined : scale(cluster, set, active);
  const after = writeStatus(cluster, set, active, refused);
  // It is tried again, less and less often.
  if (refused) throw refused;
  return after;
}

/** Its pods: orphans that it selects are adopted, pods that it selects no more are let go. */
function claim(cluster: Cluster, set: ReplicaSet): Pod[] {
  const selects = (pod: Pod): boolean => matchesSelector(set.spec.selector, pod.metadata.labels ?? {});
  const pods = cluster.list<Pod>('Pod', set.metadata.namespace);
  if (!set.metadata.deletionTimestamp) {
    for (const pod of pods) {
      const references = pod.metadata.ownerReferences ?? [];
      if (isOwnedBy(pod, set) && !selects(pod)) {
        setOwners(
          cluster,
          pod,
          references.filter(({ uid }) => uid !== set.metadata.uid),
        );
      } else if (!controllerOf(pod) && isActive(pod) && selects(pod)) {
        setOwners(cluster, pod, [...references, ownedBy(set)]);
      }
    }
  }
  return cluster.list<Pod>('Pod', set.metadata.namespace).filter((pod) => isOwnedBy(pod, set));
}

function setOwners(cluster: Cluster, pod: Pod, references: OwnerReference[]): void {
  cluster.patch('Pod', pod, {
    metadata: { ownerReferences: references.length > 0 ? references : null },
  });
}

/** @returns why the API takes no pod */
function scale(cluster: Cluster, set: ReplicaSet, active: Pod[]): ApiError | undefined {
  const wanted = set.spec.replicas ?? 1;
  for (let missing = wanted - active.length; missing > 0; missing--) {
    const refused = createPod(cluster, set, podOf(set));
    if (refused) return refused;
  }
  for (const pod of active.toSorted(leastUseful).slice(0, Math.max(0, active.length - wanted))) {
    cluster.delete('Pod', pod);
    const message = `Deleted pod: ${pod.metadata.name}`;
    cluster.event(set, { type: 'Normal', reason: 'SuccessfulDelete', message });
  }
  return undefined;
}

function podOf(set: ReplicaSet): object {
  const { metadata, spec } = set.spec.template ?? {};
  return {
    metadata: {
      generateName: `${set.metadata.name}-`,
      labels: metadata?.labels ?? {},
      ...(metadata?.annotations ? { annotations: metadata.annotations } : {}),
      ownerReferences: [ownedBy(set)],
    },
    spec,
  };
}

/** Not running before running, not ready before ready, younger before older. */
function leastUseful(a: Pod, b: Pod): number {
  if (rank(a) !== rank(b)) return rank(a) - rank(b);
  return a.metadata.creationTimestamp < b.metadata.creationTimestamp ? 1 : -1;
}

function rank(pod: Pod): number {
  return (pod.spec.nodeName ? 2 : 0) + (isReady(pod) ? 1 : 0);
}

function writeStatus(
  cluster: Cluster,
  set: ReplicaSet,
  active: Pod[],
  refused: ApiError | undefined,
): number | undefined {
  const minimum = set.spec.minReadySeconds ?? 0;
  const waits = active.map((pod) => availableIn(pod, minimum, cluster.now()));
  const labels = set.spec.template?.metadata?.labels ?? {};
  const labelled = active.filter((pod) =>
    matchesSelector({ matchLabels: labels }, pod.metadata.labels ?? {}),
  );
  const status = {
    replicas: active.length,
    fullyLabeledReplicas: countOrNone(labelled.length),
    readyReplicas: countOrNone(active.filter(isReady).length),
    availableReplicas: countOrNone(waits.filter((wait) => wait === 0).length),
    observedGeneration: set.metadata.generation,
    conditions: conditionsOf(set, refused, cluster.now()),
  };
  const before = set.status as Record<string, unknown> | undefined;
  const changed = Object.entries(status).some(
    ([name, value]) => !isDeepStrictEqual(before?.[name] ?? null, value),
  );
  if (changed) cluster.patchStatus('ReplicaSet', set, status);
  const later = waits.filter((wait) => wait !== undefined && wait > 0) as number[];
  return later.length > 0 ? Math.min(...later) : undefined;
}

/** Null: none. */
function conditionsOf(set: ReplicaSet, refused: ApiError | undefined, now: number): Condition[] | null {
  if (!refused) return null;
  const { message } = refused;
  const failure = { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message };
  return setCondition(set.status?.conditions as Condition[] | undefined, failure, now);
}
