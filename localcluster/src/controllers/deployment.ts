import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Deployment, Pod, PodTemplate, ReplicaSet } from '../types.ts';
import { type Cluster, controllerOf, isOwnedBy, ownedBy } from './cluster.ts';
import { deploymentStatus } from './deployment-status.ts';
import { type Controller, keyOfObject, splitKey } from './manager.ts';
import { isActive } from './pods.ts';
import { planScales } from './rolling-update.ts';

const HASH = 'pod-template-hash';
const REVISION = 'deployment.kubernetes.io/revision';

/** Rolls a Deployment's template out, ReplicaSet by ReplicaSet. */
export function deploymentController(cluster: Cluster): Controller {
  return {
    name: 'deployment-controller',
    watches: {
      Deployment: (object) => [keyOfObject(object)],
      ReplicaSet: (set) => {
        const owner = controllerOf(set);
        return [owner?.kind === 'Deployment' ? `${set.metadata.namespace}/${owner.name}` : undefined];
      },
      Pod: (pod) => [recreateKey(cluster, pod as Pod)],
    },
    reconcile: (key) => reconcile(cluster, key),
  };
}

/** A Recreate waits for the last old pod to be gone. */
function recreateKey(cluster: Cluster, pod: Pod): string | undefined {
  const owner = controllerOf(pod);
  if (owner?.kind !== 'ReplicaSet') return undefined;
  const set = cluster.find<ReplicaSet>('ReplicaSet', pod.metadata.namespace, owner.name);
  const deployment = set && controllerOf(set);
  return deployment && `${pod.metadata.namespace}/${deployment.name}`;
}

function reconcile(cluster: Cluster, key: string): number | undefined {
  const [namespace, name] = splitKey(key);
  const deployment = cluster.find<Deployment>('Deployment', namespace, name);
  if (!deployment) return undefined;
  const owned = cluster.list<ReplicaSet>('ReplicaSet', namespace).filter((set) => isOwnedBy(set, deployment));
  let current = owned.find((set) => hasTemplate(set, deployment.spec.template));
  const others = owned.filter((set) => set !== current);
  if (deployment.metadata.deletionTimestamp) return writeStatus(cluster, deployment, current, others);
  if (!current && !(deployment.spec.paused ?? false) && mayStart(cluster, deployment, others)) {
    current = createReplicaSet(cluster, deployment, others);
  }
  if (current) keepRevision(cluster, deployment, current, others);
  scaleAll(cluster, deployment, current, others);
  if (isComplete(deployment, current, others)) removeOld(cluster, deployment, others);
  return writeStatus(cluster, deployment, current, others);
}

function mayStart(cluster: Cluster, deployment: Deployment, others: ReplicaSet[]): boolean {
  if (deployment.spec.strategy?.type !== 'Recreate') return true;
  const pods = cluster.list<Pod>('Pod', deployment.metadata.namespace);
  const running = others.some((set) =>
    pods.some((pod) => isOwnedBy(pod, set) && (isActive(pod) || isLeaving(pod))),
  );
  if (running) for (const set of others) setReplicas(cluster, deployment, set, 0);
  return !running;
}

/** Being deleted and not ended yet. */
const isLeaving = ({ metadata, status }: Pod): boolean =>
  metadata.deletionTimestamp !== undefined && status?.phase === 'Running';

function hasTemplate(set: ReplicaSet, template: PodTemplate): boolean {
  const { [HASH]: _hash, ...labels } = set.spec.template?.metadata?.labels ?? {};
  const plain = { ...set.spec.template, metadata: { ...set.spec.template?.metadata, labels } };
  const wanted = { ...template, metadata: { ...template.metadata, labels: template.metadata?.labels ?? {} } };
  return isDeepStrictEqual(plain, wanted);
}

/** The hash names the ReplicaSet and keeps its pods apart from others of the Deployment. */
function templateHash(template: PodTemplate, collisions: number): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([template, collisions]))
    .digest();
  const alphabet = 'bcdfghjklmnpqrstvwxz2456789';
  return [...digest.subarray(0, 10)].map((byte) => alphabet[byte % alphabet.length]).join('');
}

function createReplicaSet(cluster: Cluster, deployment: Deployment, others: ReplicaSet[]): ReplicaSet {
  const { name, namespace } = deployment.metadata;
  const { template, selector, minReadySeconds } = deployment.spec;
  const hash = templateHash(template, others.length);
  const labels = { ...template.metadata?.labels, [HASH]: hash };
  const set = cluster.create<ReplicaSet>('ReplicaSet', namespace, {
    metadata: {
      name: `${name}-${hash}`,
      labels,
      annotations: { [REVISION]: String(lastRevision(others) + 1) },
      ownerReferences: [ownedBy(deployment)],
    },
    spec: {
      replicas: 0,
      selector: { ...selector, matchLabels: { ...selector.matchLabels, [HASH]: hash } },
      template: { ...template, metadata: { ...template.metadata, labels } },
      ...(minReadySeconds ? { minReadySeconds } : {}),
    },
  });
  return set;
}

const revisionOf = ({ metadata }: ReplicaSet): number => Number(metadata.annotations?.[REVISION] ?? 0);

const lastRevision = (sets: ReplicaSet[]): number => Math.max(0, ...sets.map(revisionOf));

/** The newest template has the highest revision, also when it is an old one that came back. */
function keepRevision(
  cluster: Cluster,
  deployment: Deployment,
  current: ReplicaSet,
  others: ReplicaSet[],
): void {
  const revision = String(
    Math.max(revisionOf(current), lastRevision(others) + (others.length > 0 ? 1 : 0), 1),
  );
  const stale = revisionOf(current) <= lastRevision(others) && others.length > 0;
  if (stale) cluster.patch('ReplicaSet', current, { metadata: { annotations: { [REVISION]: revision } } });
  const wanted = stale ? revision : String(revisionOf(current));
  if (deployment.metadata.annotations?.[REVISION] === wanted) return;
  cluster.patch('Deployment', deployment, { metadata: { annotations: { [REVISION]: wanted } } });
}

function scaleAll(
  cluster: Cluster,
  deployment: Deployment,
  current: ReplicaSet | undefined,
  others: ReplicaSet[],
): void {
  const fresh = (set: ReplicaSet): ReplicaSet =>
    cluster.find<ReplicaSet>('ReplicaSet', set.metadata.namespace, set.metadata.name) ?? set;
  for (const { set, replicas } of planScales(deployment, current && fresh(current), others)) {
    setReplicas(cluster, deployment, fresh(set), replicas);
  }
}

function setReplicas(cluster: Cluster, deployment: Deployment, set: ReplicaSet, replicas: number): void {
  const before = set.spec.replicas ?? 0;
  if (before === replicas) return;
  cluster.patch('ReplicaSet', set, { spec: { replicas } });
  const way = replicas > before ? 'up' : 'down';
  const message = `Scaled ${way} replica set ${set.metadata.name} from ${before} to ${replicas}`;
  cluster.event(deployment, { type: 'Normal', reason: 'ScalingReplicaSet', message });
}

function isComplete(deployment: Deployment, current: ReplicaSet | undefined, others: ReplicaSet[]): boolean {
  const available = current?.status?.availableReplicas ?? 0;
  return (
    available === deployment.spec.replicas && others.every(({ status }) => (status?.replicas ?? 0) === 0)
  );
}

function removeOld(cluster: Cluster, deployment: Deployment, others: ReplicaSet[]): void {
  const limit = deployment.spec.revisionHistoryLimit ?? 10;
  const idle = others
    .filter(({ spec }) => spec.replicas === 0)
    .toSorted((a, b) => revisionOf(b) - revisionOf(a));
  for (const set of idle.slice(limit)) cluster.delete('ReplicaSet', set);
}

function writeStatus(
  cluster: Cluster,
  stale: Deployment,
  current: ReplicaSet | undefined,
  others: ReplicaSet[],
): number | undefined {
  const { name, namespace } = stale.metadata;
  const deployment = cluster.find<Deployment>('Deployment', namespace, name) ?? stale;
  const { status, after } = deploymentStatus(deployment, current, others, cluster.now());
  const before = (deployment.status ?? {}) as Record<string, unknown>;
  const changed = Object.entries(status).some(
    ([field, value]) => !isDeepStrictEqual(before[field] ?? null, value),
  );
  if (changed) cluster.patchStatus('Deployment', deployment, status);
  return after;
}
