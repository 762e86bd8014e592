import type { Condition, Node, Pod } from '../types.ts';
import type { Cluster } from './cluster.ts';
import { type Controller, keyOfObject, splitKey } from './manager.ts';
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
      const node = cluster.list<Node>('Node').find((one) => fits(one, pod));
      if (node) bind(cluster, pod, node.metadata.name);
      else refuse(cluster, pod);
    },
  };
}

function fits(node: Node, { spec }: Pod): boolean {
  const ready = node.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True');
  const labels = node.metadata.labels ?? {};
  const selected = Object.entries(spec.nodeSelector ?? {}).every(([key, value]) => labels[key] === value);
  return Boolean(ready) && !node.spec?.unschedulable && selected;
}

function bind(cluster: Cluster, pod: Pod, nodeName: string): void {
  cluster.patch('Pod', pod, { spec: { nodeName } });
  writeScheduled(cluster, pod, { type: 'PodScheduled', status: 'True' });
  const { namespace, name } = pod.metadata;
  const message = `Successfully assigned ${namespace}/${name} to ${nodeName}`;
  cluster.event(pod, { type: 'Normal', reason: 'Scheduled', message });
}

function refuse(cluster: Cluster, pod: Pod): void {
  const total = cluster.list('Node').length;
  const message = total === 0 ? 'no nodes available to schedule pods' : `0/${total} nodes are available.`;
  const before = pod.status?.conditions?.find(({ type }) => type === 'PodScheduled');
  if (before?.message === message) return;
  writeScheduled(cluster, pod, { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message });
  cluster.event(pod, { type: 'Warning', reason: 'FailedScheduling', message });
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
