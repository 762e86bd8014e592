import type { Condition, Node, Pod } from '../types.ts';
import type { Cluster } from './cluster.ts';
import { type Controller, keyOfObject, splitKey } from './manager.ts';
import { misfitOf } from './node-fit.ts';
import { isFinished, setCondition } from './pods.ts';

/** Gives pods to a node that is ready; there is room for all of them. */
export function scheduler(cluster: Cluster): Controller {
  const waiting = (): string[] =>
    cluster
      .list<Pod>('Pod')
      .filter((pod) => !pod.spec.nodeName)
      .map(keyOfObject);
  return {
    name: 'default-scheduler',
    watches: {
      Pod: (pod) => [(pod as Pod).spec.nodeName ? undefined : keyOfObject(pod)],
      Node: () => waiting(),
    },
    reconcile: (key) => {
      const [namespace, name] = splitKey(key);
      const pod = cluster.find<Pod>('Pod', namespace, name);
      if (!pod || pod.spec.nodeName || isFinished(pod) || pod.metadata.deletionTimestamp) return;
      const nodes = cluster.list<Node>('Node');
      const misfits = nodes.map((node) => misfitOf(node, pod));
      const node = nodes[misfits.indexOf(undefined)];
      if (node) bind(cluster, pod, node.metadata.name);
      else refuse(cluster, pod, misfits);
    },
  };
}

function bind(cluster: Cluster, pod: Pod, nodeName: string): void {
  cluster.patch('Pod', pod, { spec: { nodeName } });
  writeScheduled(cluster, pod, { type: 'PodScheduled', status: 'True' });
  const { namespace, name } = pod.metadata;
  const message = `Successfully assigned ${namespace}/${name} to ${nodeName}`;
  cluster.event(pod, { type: 'Normal', reason: 'Scheduled', message });
}

function refuse(cluster: Cluster, pod: Pod, misfits: readonly (string | undefined)[]): void {
  const message = unschedulable(misfits);
  const before = pod.status?.conditions?.find(({ type }) => type === 'PodScheduled');
  if (before?.message === message) return;
  writeScheduled(cluster, pod, { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message });
  cluster.event(pod, { type: 'Warning', reason: 'FailedScheduling', message });
}

function unschedulable(misfits: readonly (string | undefined)[]): string {
  if (misfits.length === 0) return 'no nodes available to schedule pods';
  const counts = Map.groupBy(misfits, (misfit) => misfit);
  const reasons = [...counts].map(([misfit, { length }]) => `${length} ${misfit}`).sort();
  return `0/${misfits.length} nodes are available: ${reasons.join(', ')}.`;
}

function writeScheduled(cluster: Cluster, { metadata }: Pod, condition: Condition): void {
  const pod = cluster.find<Pod>('Pod', metadata.namespace, metadata.name);
  if (!pod) return;
  const conditions = setCondition(
    pod.status?.conditions as Condition[] | undefined,
    condition,
    cluster.now(),
  );
  cluster.patchStatus('Pod', pod, { conditions });
}
