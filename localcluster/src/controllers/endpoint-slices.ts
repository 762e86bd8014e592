import { isDeepStrictEqual } from 'node:util';
import { matchesSelector } from '../registry/selectors.ts';
import type { KubeObject, Pod, Service } from '../types.ts';
import { type Cluster, ownedBy } from './cluster.ts';
import { type Controller, keyOfObject, splitKey } from './manager.ts';
import { isFinished, isReady } from './pods.ts';

type Slice = KubeObject & { endpoints: object[]; ports: object[] };

/** One EndpointSlice a Service: which pods are behind it, and which of them are ready. */
export function endpointSliceController(cluster: Cluster): Controller {
  const servicesOf = (pod: KubeObject): string[] =>
    cluster
      .list<Service>('Service', pod.metadata.namespace)
      .filter(({ spec }) => spec.selector && selects(spec.selector, pod))
      .map(keyOfObject);
  return {
    name: 'endpointslice-controller',
    watches: {
      Service: (object) => [keyOfObject(object)],
      Pod: (pod, previous) => [...servicesOf(pod), ...(previous ? servicesOf(previous) : [])],
    },
    reconcile: (key) => {
      const [namespace, name] = splitKey(key);
      const service = cluster.find<Service>('Service', namespace, name);
      if (service?.spec.selector && !service.metadata.deletionTimestamp) write(cluster, service);
    },
  };
}

const selects = (selector: Record<string, string>, { metadata }: KubeObject): boolean =>
  matchesSelector({ matchLabels: selector }, metadata.labels ?? {});

function write(cluster: Cluster, service: Service): void {
  const { name, namespace } = service.metadata;
  const pods = cluster
    .list<Pod>('Pod', namespace)
    .filter((pod) => selects(service.spec.selector ?? {}, pod) && pod.status?.podIP && !isFinished(pod));
  const endpoints = pods.map(endpoint);
  const ports = (service.spec.ports ?? []).map((port) => portOf(port, pods[0]));
  const before = cluster.find<Slice>('EndpointSlice', namespace, `${name}-local`);
  if (before) {
    const same = isDeepStrictEqual(before.endpoints, endpoints) && isDeepStrictEqual(before.ports, ports);
    if (!same) cluster.patch('EndpointSlice', before, { endpoints, ports });
    return;
  }
  cluster.create('EndpointSlice', namespace, {
    metadata: {
      name: `${name}-local`,
      labels: {
        'kubernetes.io/service-name': name,
        'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
      },
      ownerReferences: [ownedBy(service)],
    },
    addressType: 'IPv4',
    endpoints,
    ports,
  });
}

function endpoint(pod: Pod): object {
  const { name, namespace, uid, deletionTimestamp } = pod.metadata;
  const terminating = deletionTimestamp !== undefined;
  return {
    addresses: [pod.status?.podIP],
    conditions: { ready: isReady(pod) && !terminating, serving: isReady(pod), terminating },
    nodeName: pod.spec.nodeName,
    targetRef: { kind: 'Pod', name, namespace, uid },
  };
}

type ServicePort = NonNullable<Service['spec']['ports']>[number];

function portOf(
  { name = '', protocol = 'TCP', targetPort, port }: ServicePort,
  pod: Pod | undefined,
): object {
  return { name, protocol, port: resolvePort(targetPort ?? port, pod) ?? port };
}

/** A target port is a number, or the name of a container's port. */
export function resolvePort(target: number | string, pod: Pod | undefined): number | undefined {
  if (typeof target === 'number') return target;
  const ports = (pod?.spec.containers ?? []).flatMap((container) => container.ports ?? []);
  return ports.find(({ name }) => name === target)?.containerPort;
}
