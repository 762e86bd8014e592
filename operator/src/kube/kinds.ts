import type { ScoringJob, StockoutModel } from '@stockout/crds';
import type {
  ConfigMap,
  Deployment,
  HorizontalPodAutoscaler,
  Job,
  KubeEvent,
  KubeObject,
  Lease,
  Pod,
  PodDisruptionBudget,
  Service,
} from '../api/kubernetes.ts';

/** Where a kind is found in the API; T is the type of its objects. */
export interface Kind<T extends KubeObject> {
  apiVersion: string;
  kind: string;
  plural: string;
  /** Never there: it carries T. */
  readonly example?: T;
}

export const STOCKOUT_MODEL: Kind<StockoutModel> = {
  apiVersion: 'stockout.dev/v1alpha1',
  kind: 'StockoutModel',
  plural: 'stockoutmodels',
};
export const SCORING_JOB: Kind<ScoringJob> = {
  apiVersion: 'stockout.dev/v1alpha1',
  kind: 'ScoringJob',
  plural: 'scoringjobs',
};
export const JOB: Kind<Job> = { apiVersion: 'batch/v1', kind: 'Job', plural: 'jobs' };
export const DEPLOYMENT: Kind<Deployment> = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  plural: 'deployments',
};
export const POD: Kind<Pod> = { apiVersion: 'v1', kind: 'Pod', plural: 'pods' };
export const SERVICE: Kind<Service> = { apiVersion: 'v1', kind: 'Service', plural: 'services' };
export const CONFIG_MAP: Kind<ConfigMap> = { apiVersion: 'v1', kind: 'ConfigMap', plural: 'configmaps' };
export const DISRUPTION_BUDGET: Kind<PodDisruptionBudget> = {
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  plural: 'poddisruptionbudgets',
};
export const AUTOSCALER: Kind<HorizontalPodAutoscaler> = {
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  plural: 'horizontalpodautoscalers',
};
export const EVENT: Kind<KubeEvent> = { apiVersion: 'v1', kind: 'Event', plural: 'events' };
export const LEASE: Kind<Lease> = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', plural: 'leases' };

const WRITTEN: readonly Kind<KubeObject>[] = [
  JOB,
  DEPLOYMENT,
  SERVICE,
  CONFIG_MAP,
  DISRUPTION_BUDGET,
  AUTOSCALER,
  STOCKOUT_MODEL,
];

/** The kind of an object that the operator writes: of a StockoutModel its finalizers. */
export function kindOf(object: KubeObject): Kind<KubeObject> {
  const found = WRITTEN.find((kind) => kind.kind === object.kind && kind.apiVersion === object.apiVersion);
  if (found === undefined) throw new TypeError(`the operator writes no ${object.apiVersion} ${object.kind}`);
  return found;
}

/** The path of a kind's collection; of all namespaces when none is given. */
export function collectionPath(kind: Kind<KubeObject>, namespace?: string): string {
  const group = kind.apiVersion.includes('/') ? `/apis/${kind.apiVersion}` : `/api/${kind.apiVersion}`;
  const scope = namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  return `${group}${scope}/${kind.plural}`;
}

export function objectPath(kind: Kind<KubeObject>, namespace: string, name: string): string {
  return `${collectionPath(kind, namespace)}/${encodeURIComponent(name)}`;
}
