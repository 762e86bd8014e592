import type { Column } from '../registry/resource.ts';
import type { Container, Deployment, Job, ReplicaSet, Service } from '../types.ts';
import { ageColumn, count, labels, nameColumn, orNone, text, wide } from './columns.ts';
import { humanDuration } from './duration.ts';

type Owner = Deployment | Job | ReplicaSet;

const containers = (owner: Owner): Container[] => owner.spec.template?.spec?.containers ?? [];

const templateColumns: Column[] = [
  wide(
    text<Owner>('Containers', (owner) =>
      containers(owner)
        .map(({ name }) => name)
        .join(','),
    ),
  ),
  wide(
    text<Owner>('Images', (owner) =>
      containers(owner)
        .map(({ image }) => image)
        .join(','),
    ),
  ),
  wide(text<Owner>('Selector', ({ spec }) => labels(spec.selector?.matchLabels))),
];

export const deploymentColumns: Column[] = [
  nameColumn,
  text<Deployment>('Ready', ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec.replicas}`),
  count<Deployment>('Up-to-date', ({ status }) => status?.updatedReplicas),
  count<Deployment>('Available', ({ status }) => status?.availableReplicas),
  ageColumn,
  ...templateColumns,
];

export const replicaSetColumns: Column[] = [
  nameColumn,
  count<ReplicaSet>('Desired', ({ spec }) => spec.replicas),
  count<ReplicaSet>('Current', ({ status }) => status?.replicas),
  count<ReplicaSet>('Ready', ({ status }) => status?.readyReplicas),
  ageColumn,
  ...templateColumns,
];

export const jobColumns: Column[] = [
  nameColumn,
  text<Job>('Status', jobStatus),
  text<Job>('Completions', ({ spec, status }) => `${status?.succeeded ?? 0}/${spec.completions ?? '1'}`),
  text<Job>('Duration', ({ status }) => {
    const { startTime, completionTime } = status ?? {};
    const end = completionTime ? Date.parse(completionTime) : Date.now();
    return startTime ? humanDuration(end - Date.parse(startTime)) : '';
  }),
  ageColumn,
  ...templateColumns,
];

function jobStatus({ metadata, spec, status }: Job): string {
  const is = (type: string) => status?.conditions?.some((one) => one.type === type && one.status === 'True');
  if (is('Complete')) return 'Complete';
  if (is('Failed')) return 'Failed';
  if (metadata.deletionTimestamp) return 'Terminating';
  if (is('Suspended') || spec.suspend) return 'Suspended';
  if (is('FailureTarget')) return 'FailureTarget';
  return is('SuccessCriteriaMet') ? 'SuccessCriteriaMet' : 'Running';
}

export const serviceColumns: Column[] = [
  nameColumn,
  text<Service>('Type', ({ spec }) => spec.type),
  text<Service>('Cluster-IP', ({ spec }) => orNone(spec.clusterIP)),
  text<Service>('External-IP', externalIp),
  text<Service>('Port(s)', ({ spec }) => {
    const ports = (spec.ports ?? []).map(
      ({ port, nodePort, protocol }) => `${port}${nodePort ? `:${nodePort}` : ''}/${protocol}`,
    );
    return orNone(ports.join(','));
  }),
  ageColumn,
  wide(text<Service>('Selector', ({ spec }) => labels(spec.selector))),
];

function externalIp({ spec, status }: Service): string {
  if (spec.type !== 'LoadBalancer') return orNone(spec.externalIPs?.join(','));
  const ingress = (status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip ?? hostname ?? '');
  return ingress.length > 0 ? ingress.join(',') : '<pending>';
}
