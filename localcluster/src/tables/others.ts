import type { Column } from '../registry/resource.ts';
import {
  at,
  type ConfigMap,
  type CustomResourceDefinition,
  type KubeObject,
  type Namespace,
  type Node,
  type PersistentVolume,
  type PersistentVolumeClaim,
  type Secret,
} from '../types.ts';
import { ageColumn, count, nameColumn, orNone, text, wide } from './columns.ts';
import { age } from './duration.ts';

const field = (object: KubeObject, ...path: string[]): string => String(at(object, ...path) ?? '');

export const plainColumns: Column[] = [nameColumn, ageColumn];

export const configMapColumns: Column[] = [
  nameColumn,
  count<ConfigMap>('Data', ({ data, binaryData }) => Object.keys({ ...data, ...binaryData }).length),
  ageColumn,
];

export const secretColumns: Column[] = [
  nameColumn,
  text<Secret>('Type', ({ type }) => type),
  count<Secret>('Data', ({ data }) => Object.keys(data ?? {}).length),
  ageColumn,
];

export const namespaceColumns: Column[] = [
  nameColumn,
  text<Namespace>('Status', ({ status }) => status?.phase),
  ageColumn,
];

export const nodeColumns: Column[] = [
  nameColumn,
  text<Node>('Status', ({ status }) => {
    const ready = status?.conditions?.find(({ type }) => type === 'Ready')?.status === 'True';
    return ready ? 'Ready' : 'NotReady';
  }),
  text<Node>('Roles', () => '<none>'),
  ageColumn,
  text<Node>('Version', ({ status }) => status?.nodeInfo?.kubeletVersion),
  wide(
    text<Node>(
      'Internal-IP',
      ({ status }) => status?.addresses?.find(({ type }) => type === 'InternalIP')?.address,
    ),
  ),
  wide(text<Node>('OS-Image', ({ status }) => status?.nodeInfo?.osImage)),
  wide(text<Node>('Container-Runtime', ({ status }) => status?.nodeInfo?.containerRuntimeVersion)),
];

export const leaseColumns: Column[] = [
  nameColumn,
  text('Holder', (lease) => field(lease, 'spec', 'holderIdentity')),
  ageColumn,
];

export const crdColumns: Column[] = [
  nameColumn,
  text<CustomResourceDefinition>('Created At', ({ metadata }) => metadata.creationTimestamp),
];

const MODES: Record<string, string> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
};
const modes = (list: string[] | undefined): string =>
  (list ?? []).map((mode) => MODES[mode] ?? mode).join(',');

export const claimColumns: Column[] = [
  nameColumn,
  text<PersistentVolumeClaim>('Status', ({ status }) => status?.phase),
  text<PersistentVolumeClaim>('Volume', ({ spec }) => spec.volumeName),
  text<PersistentVolumeClaim>('Capacity', ({ status }) => status?.capacity?.storage),
  text<PersistentVolumeClaim>('Access Modes', ({ status }) => modes(status?.accessModes)),
  text<PersistentVolumeClaim>('StorageClass', ({ spec }) => spec.storageClassName),
  ageColumn,
];

export const volumeColumns: Column[] = [
  nameColumn,
  text<PersistentVolume>('Capacity', ({ spec }) => spec.capacity?.storage),
  text<PersistentVolume>('Access Modes', ({ spec }) => modes(spec.accessModes)),
  text<PersistentVolume>('Reclaim Policy', ({ spec }) => spec.persistentVolumeReclaimPolicy),
  text<PersistentVolume>('Status', ({ status }) => status?.phase),
  text<PersistentVolume>('Claim', ({ spec }) =>
    spec.claimRef ? `${spec.claimRef.namespace}/${spec.claimRef.name}` : '',
  ),
  text<PersistentVolume>('StorageClass', ({ spec }) => spec.storageClassName),
  ageColumn,
];

export const eventColumns: Column[] = [
  text('Last Seen', (event) => age(lastSeen(event))),
  text('Type', (event) => field(event, 'type')),
  text('Reason', (event) => field(event, 'reason')),
  text('Object', (event) => {
    return `${field(event, 'involvedObject', 'kind').toLowerCase()}/${field(event, 'involvedObject', 'name')}`;
  }),
  wide(text('Subobject', (event) => field(event, 'involvedObject', 'fieldPath'))),
  wide(text('Source', (event) => field(event, 'source', 'component') || field(event, 'reportingComponent'))),
  text('Message', (event) => field(event, 'message').trim()),
  wide(text('First Seen', (event) => age(field(event, 'firstTimestamp') || lastSeen(event)))),
  wide(count('Count', (event) => Number(at(event, 'series', 'count') ?? at(event, 'count') ?? 1))),
  wide(nameColumn),
];

function lastSeen(event: KubeObject): string {
  const series = field(event, 'series', 'lastObservedTime');
  return (
    series || field(event, 'lastTimestamp') || field(event, 'eventTime') || event.metadata.creationTimestamp
  );
}

export const sliceColumns: Column[] = [
  nameColumn,
  text('AddressType', (slice) => field(slice, 'addressType')),
  text('Ports', (slice) => orNone(numbers(at(slice, 'ports'), 'port'))),
  text('Endpoints', (slice) => orNone(numbers(at(slice, 'endpoints'), 'addresses'))),
  ageColumn,
];

function numbers(list: unknown, name: string): string {
  return Array.isArray(list)
    ? list.map((one) => String((one as Record<string, unknown>)[name])).join(',')
    : '';
}

export const budgetColumns: Column[] = [
  nameColumn,
  text('Min Available', (budget) => field(budget, 'spec', 'minAvailable') || 'N/A'),
  text('Max Unavailable', (budget) => field(budget, 'spec', 'maxUnavailable') || 'N/A'),
  count('Allowed Disruptions', (budget) => Number(at(budget, 'status', 'disruptionsAllowed') ?? 0)),
  ageColumn,
];
