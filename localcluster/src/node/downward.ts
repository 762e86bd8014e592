import { availableParallelism, totalmem } from 'node:os';
import type { Container, Pod } from '../types.ts';
import { parseQuantity } from './quantity.ts';

/** The value of a fieldRef such as metadata.name, metadata.annotations['x'], status.podIP. @throws Error */
export function fieldValue(pod: Pod, fieldPath: string): string {
  const keyed = /^metadata\.(?<map>annotations|labels)\['(?<key>[^']+)'\]$/.exec(fieldPath)?.groups;
  if (keyed) return pod.metadata[keyed.map as 'annotations' | 'labels']?.[keyed.key ?? ''] ?? '';
  const { metadata, spec, status } = pod;
  const values: Record<string, string | undefined> = {
    'metadata.name': metadata.name,
    'metadata.namespace': metadata.namespace,
    'metadata.uid': metadata.uid,
    'metadata.labels': lines(metadata.labels),
    'metadata.annotations': lines(metadata.annotations),
    'spec.nodeName': spec.nodeName,
    'spec.serviceAccountName': spec.serviceAccountName,
    'status.hostIP': status?.hostIP,
    'status.hostIPs': status?.hostIP,
    'status.podIP': status?.podIP,
    'status.podIPs': status?.podIP,
  };
  if (!(fieldPath in values)) throw new Error(`unsupported fieldPath: ${fieldPath}`);
  return values[fieldPath] ?? '';
}

function lines(map: Record<string, string> | undefined): string {
  return Object.entries(map ?? {})
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join('\n');
}

/** The value of a resourceFieldRef such as limits.cpu, rounded up; without a limit what the machine has. */
export function resourceValue(container: Container, resource: string, divisor = '1'): string {
  const [kind, name = ''] = resource.split('.') as ['limits' | 'requests', string?];
  const given = container.resources?.[kind]?.[name];
  const machine: Record<string, number> = { cpu: availableParallelism(), memory: totalmem() };
  const amount = given === undefined ? (kind === 'limits' ? (machine[name] ?? 0) : 0) : parseQuantity(given);
  return String(Math.ceil(amount / (parseQuantity(divisor) || 1)));
}
