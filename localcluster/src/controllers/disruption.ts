import { isDeepStrictEqual } from 'node:util';
import { matchesSelector } from '../registry/selectors.ts';
import type { Condition, Deployment, KubeObject, Pod, PodDisruptionBudget, ReplicaSet } from '../types.ts';
import { type Cluster, controllerOf } from './cluster.ts';
import { type Controller, keyOfObject, splitKey } from './manager.ts';
import { isActive, isReady, setCondition } from './pods.ts';

/** Says of each PodDisruptionBudget how many of its pods may go. Nothing is evicted here, so nothing is held back. */
export function disruptionController(cluster: Cluster): Controller {
  const budgetsIn = ({ metadata }: KubeObject): string[] =>
    cluster.list<PodDisruptionBudget>('PodDisruptionBudget', metadata.namespace).map(keyOfObject);
  return {
    name: 'disruption-controller',
    watches: {
      PodDisruptionBudget: (budget) => [keyOfObject(budget)],
      Pod: budgetsIn,
      Deployment: budgetsIn,
    },
    reconcile: (key) => {
      const budget = cluster.find<PodDisruptionBudget>('PodDisruptionBudget', ...splitKey(key));
      if (!budget || budget.metadata.deletionTimestamp) return;
      const status = statusOf(cluster, budget);
      if (isDeepStrictEqual({ ...budget.status, ...status }, budget.status)) return;
      cluster.patchStatus('PodDisruptionBudget', budget, status);
    },
  };
}

function statusOf(cluster: Cluster, budget: PodDisruptionBudget): Required<PodDisruptionBudget>['status'] {
  const { generation = 1, namespace } = budget.metadata;
  const { selector } = budget.spec;
  const pods = cluster
    .list<Pod>('Pod', namespace)
    .filter((pod) => isActive(pod) && matchesSelector(selector, pod.metadata.labels ?? {}));
  const currentHealthy = pods.filter(isReady).length;
  const { expectedPods, desiredHealthy } = wanted(cluster, budget, pods);
  const disruptionsAllowed = expectedPods === 0 ? 0 : Math.max(0, currentHealthy - desiredHealthy);
  const condition = {
    type: 'DisruptionAllowed',
    status: disruptionsAllowed > 0 ? 'True' : 'False',
    reason: disruptionsAllowed > 0 ? 'SufficientPods' : 'InsufficientPods',
    message: '',
    observedGeneration: generation,
  };
  const before = budget.status?.conditions as Condition[] | undefined;
  return {
    observedGeneration: generation,
    currentHealthy,
    desiredHealthy,
    expectedPods,
    disruptionsAllowed,
    conditions: setCondition(before, condition, cluster.now()) as never,
  };
}

function wanted(
  cluster: Cluster,
  { spec }: PodDisruptionBudget,
  pods: Pod[],
): { expectedPods: number; desiredHealthy: number } {
  const { minAvailable, maxUnavailable } = spec;
  if (typeof minAvailable === 'number') return { expectedPods: pods.length, desiredHealthy: minAvailable };
  const expectedPods = replicasOf(cluster, pods);
  const desiredHealthy =
    maxUnavailable === undefined
      ? share(minAvailable ?? 0, expectedPods)
      : Math.max(0, expectedPods - share(maxUnavailable, expectedPods));
  return { expectedPods, desiredHealthy };
}

/** A percentage of all, rounded up. */
function share(amount: number | string, all: number): number {
  return typeof amount === 'number' ? amount : Math.ceil((Number(amount.slice(0, -1)) * all) / 100);
}

/** How many pods those who made these want. */
function replicasOf(cluster: Cluster, pods: Pod[]): number {
  const owners = new Map<string, number>();
  for (const pod of pods) {
    const set = ownerOf<ReplicaSet>(cluster, pod, 'ReplicaSet');
    const top = set && (ownerOf<Deployment>(cluster, set, 'Deployment') ?? set);
    if (top) owners.set(top.metadata.uid, top.spec.replicas ?? 1);
  }
  return [...owners.values()].reduce((sum, replicas) => sum + replicas, 0);
}

function ownerOf<T extends KubeObject>(cluster: Cluster, object: KubeObject, kind: string): T | undefined {
  const owner = controllerOf(object);
  return owner?.kind === kind ? cluster.find<T>(kind, object.metadata.namespace, owner.name) : undefined;
}
