import { builtInSchema } from '../schema/kubernetes.ts';
import {
  claimStrategy,
  configMapStrategy,
  namespaceStrategy,
  secretStrategy,
  volumeStrategy,
} from '../strategies/config.ts';
import { autoscalerStrategy } from '../strategies/autoscaling.ts';
import { crdStrategy } from '../strategies/crd.ts';
import { budgetStrategy } from '../strategies/disruption.ts';
import { eventsViewStrategy } from '../strategies/events.ts';
import { jobStrategy } from '../strategies/job.ts';
import { deploymentStrategy, podStrategy, replicaSetStrategy } from '../strategies/workloads.ts';
import { autoscalerColumns } from '../tables/autoscaling.ts';
import * as tables from '../tables/others.ts';
import { podColumns } from '../tables/pods.ts';
import { deploymentColumns, jobColumns, replicaSetColumns, serviceColumns } from '../tables/workloads.ts';
import { at, type KubeObject } from '../types.ts';
import { apiVersionOf, type Resource, type ScalePaths, type Strategy } from './resource.ts';

type Entry = Pick<Resource, 'columns' | 'group' | 'kind' | 'plural' | 'version'> &
  Partial<Omit<Resource, 'schema'>>;

const selectable = (...paths: string[]): Resource['selectable'] =>
  Object.fromEntries(
    paths.map((path) => [path, (object: KubeObject) => String(at(object, ...path.split('.')) ?? '')]),
  );

const replicas: ScalePaths = {
  specReplicas: ['spec', 'replicas'],
  statusReplicas: ['status', 'replicas'],
  selector: ['status', 'selector'],
};

const eventFields = selectable(
  'involvedObject.kind',
  'involvedObject.namespace',
  'involvedObject.name',
  'involvedObject.uid',
  'involvedObject.apiVersion',
  'involvedObject.resourceVersion',
  'involvedObject.fieldPath',
  'reason',
  'reportingComponent',
  'type',
);

const regardingFields = Object.fromEntries(
  Object.entries(eventFields).map(([path, read]) => [path.replace('involvedObject', 'regarding'), read]),
);

const core = { group: '', version: 'v1' };
const apps = { group: 'apps', version: 'v1' };

function entries(service: Strategy): Entry[] {
  return [
    {
      ...core,
      kind: 'ConfigMap',
      plural: 'configmaps',
      shortNames: ['cm'],
      strategy: configMapStrategy,
      columns: tables.configMapColumns,
    },
    {
      ...core,
      kind: 'Event',
      plural: 'events',
      shortNames: ['ev'],
      selectable: eventFields,
      columns: tables.eventColumns,
    },
    {
      ...core,
      kind: 'Namespace',
      plural: 'namespaces',
      shortNames: ['ns'],
      namespaced: false,
      hasStatus: true,
      strategy: namespaceStrategy,
      selectable: selectable('status.phase'),
      columns: tables.namespaceColumns,
    },
    {
      ...core,
      kind: 'Node',
      plural: 'nodes',
      shortNames: ['no'],
      namespaced: false,
      hasStatus: true,
      selectable: selectable('spec.unschedulable'),
      columns: tables.nodeColumns,
    },
    {
      ...core,
      kind: 'PersistentVolume',
      plural: 'persistentvolumes',
      shortNames: ['pv'],
      namespaced: false,
      hasStatus: true,
      strategy: volumeStrategy,
      columns: tables.volumeColumns,
    },
    {
      ...core,
      kind: 'PersistentVolumeClaim',
      plural: 'persistentvolumeclaims',
      shortNames: ['pvc'],
      hasStatus: true,
      strategy: claimStrategy,
      columns: tables.claimColumns,
    },
    {
      ...core,
      kind: 'Pod',
      plural: 'pods',
      shortNames: ['po'],
      categories: ['all'],
      hasStatus: true,
      generation: true,
      strategy: podStrategy,
      selectable: selectable(
        'spec.nodeName',
        'spec.restartPolicy',
        'spec.schedulerName',
        'spec.serviceAccountName',
        'status.phase',
        'status.podIP',
        'status.nominatedNodeName',
      ),
      columns: podColumns,
    },
    {
      ...core,
      kind: 'Secret',
      plural: 'secrets',
      strategy: secretStrategy,
      selectable: selectable('type'),
      columns: tables.secretColumns,
    },
    {
      ...core,
      kind: 'Service',
      plural: 'services',
      shortNames: ['svc'],
      categories: ['all'],
      hasStatus: true,
      strategy: service,
      selectable: selectable('spec.clusterIP', 'spec.type'),
      columns: serviceColumns,
    },
    {
      ...core,
      kind: 'ServiceAccount',
      plural: 'serviceaccounts',
      shortNames: ['sa'],
      columns: tables.plainColumns,
    },
    {
      ...apps,
      kind: 'Deployment',
      plural: 'deployments',
      shortNames: ['deploy'],
      categories: ['all'],
      hasStatus: true,
      generation: true,
      scale: replicas,
      strategy: deploymentStrategy,
      columns: deploymentColumns,
    },
    {
      ...apps,
      kind: 'ReplicaSet',
      plural: 'replicasets',
      shortNames: ['rs'],
      categories: ['all'],
      hasStatus: true,
      generation: true,
      scale: replicas,
      strategy: replicaSetStrategy,
      selectable: selectable('status.replicas'),
      columns: replicaSetColumns,
    },
    {
      group: 'autoscaling',
      version: 'v2',
      kind: 'HorizontalPodAutoscaler',
      plural: 'horizontalpodautoscalers',
      shortNames: ['hpa'],
      categories: ['all'],
      hasStatus: true,
      strategy: autoscalerStrategy,
      columns: autoscalerColumns,
    },
    {
      group: 'batch',
      version: 'v1',
      kind: 'Job',
      plural: 'jobs',
      categories: ['all'],
      hasStatus: true,
      generation: true,
      strategy: jobStrategy,
      selectable: selectable('status.successful'),
      columns: jobColumns,
    },
    {
      group: 'coordination.k8s.io',
      version: 'v1',
      kind: 'Lease',
      plural: 'leases',
      versionedUpdates: true,
      columns: tables.leaseColumns,
    },
    {
      group: 'discovery.k8s.io',
      version: 'v1',
      kind: 'EndpointSlice',
      plural: 'endpointslices',
      generation: true,
      columns: tables.sliceColumns,
    },
    {
      group: 'events.k8s.io',
      version: 'v1',
      kind: 'Event',
      plural: 'events',
      shortNames: ['ev'],
      strategy: eventsViewStrategy,
      selectable: { ...eventFields, ...regardingFields },
      columns: tables.eventColumns,
    },
    {
      group: 'policy',
      version: 'v1',
      kind: 'PodDisruptionBudget',
      plural: 'poddisruptionbudgets',
      shortNames: ['pdb'],
      hasStatus: true,
      generation: true,
      strategy: budgetStrategy,
      columns: tables.budgetColumns,
    },
    {
      group: 'apiextensions.k8s.io',
      version: 'v1',
      kind: 'CustomResourceDefinition',
      plural: 'customresourcedefinitions',
      shortNames: ['crd', 'crds'],
      categories: ['api-extensions'],
      namespaced: false,
      hasStatus: true,
      generation: true,
      versionedUpdates: true,
      strategy: crdStrategy,
      columns: tables.crdColumns,
    },
  ];
}

/** The kinds of Kubernetes itself that are served. @param service Services are given addresses */
export function builtIns(service: Strategy): Resource[] {
  return entries(service).map((entry) => ({
    singular: entry.kind.toLowerCase(),
    shortNames: [],
    categories: [],
    namespaced: true,
    hasStatus: false,
    generation: false,
    versionedUpdates: false,
    strategy: {},
    selectable: {},
    ...entry,
    schema: builtInSchema(apiVersionOf(entry), entry.kind),
  }));
}
