import type {
  V1ConfigMap,
  V1CustomResourceDefinition,
  V1Deployment,
  V2HorizontalPodAutoscaler,
  V1Job,
  V1Namespace,
  V1Node,
  V1PersistentVolume,
  V1PersistentVolumeClaim,
  V1Pod,
  V1PodDisruptionBudget,
  V1PodSpec,
  V1ReplicaSet,
  V1Secret,
  V1Service,
} from '@kubernetes/client-node';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/** What a client library's type is on the wire: instants are strings. */
type Wire<T> = T extends Date
  ? string
  : T extends (infer Item)[]
    ? Wire<Item>[]
    : T extends object
      ? { [Key in keyof T]: Wire<T[Key]> }
      : T;

export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

export interface ManagedFieldsEntry {
  manager: string;
  operation: 'Apply' | 'Update';
  apiVersion: string;
  time?: string;
  fieldsType?: 'FieldsV1';
  fieldsV1?: JsonObject;
  subresource?: string;
}

/** The metadata of an object that is in the store. */
export interface ObjectMeta {
  name: string;
  /** Absent on cluster-scoped kinds. */
  namespace?: string;
  generateName?: string;
  uid: string;
  resourceVersion: string;
  generation?: number;
  creationTimestamp: string;
  deletionTimestamp?: string;
  deletionGracePeriodSeconds?: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  ownerReferences?: OwnerReference[];
  finalizers?: string[];
  managedFields?: ManagedFieldsEntry[];
}

export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
}

type Stored<T, Filled extends keyof T = never> = Wire<Omit<T, 'apiVersion' | 'kind' | 'metadata' | Filled>> &
  Wire<Required<Pick<T, Filled>>> &
  KubeObject;

export type ConfigMap = Stored<V1ConfigMap>;
export type CustomResourceDefinition = Stored<V1CustomResourceDefinition, 'spec'>;
export type Deployment = Stored<V1Deployment, 'spec'>;
export type HorizontalPodAutoscaler = Stored<V2HorizontalPodAutoscaler, 'spec'>;
export type Job = Stored<V1Job, 'spec'>;
export type Namespace = Stored<V1Namespace>;
export type Node = Stored<V1Node>;
export type PersistentVolume = Stored<V1PersistentVolume, 'spec'>;
export type PersistentVolumeClaim = Stored<V1PersistentVolumeClaim, 'spec'>;
export type Pod = Stored<V1Pod, 'spec'>;
export type PodDisruptionBudget = Stored<V1PodDisruptionBudget, 'spec'>;
export type PodSpec = Wire<V1PodSpec>;
export type ReplicaSet = Stored<V1ReplicaSet, 'spec'>;
export type Secret = Stored<V1Secret>;
export type Service = Stored<V1Service, 'spec'>;

export type PodTemplate = Deployment['spec']['template'];
export type Container = PodSpec['containers'][number];
export type ContainerStatus = NonNullable<NonNullable<Pod['status']>['containerStatuses']>[number];

export interface Condition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
  lastTransitionTime?: string;
  lastUpdateTime?: string;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Reads a path of field names; undefined where it ends early. */
export function at(value: unknown, ...path: string[]): Json | undefined {
  let current = value;
  for (const name of path) {
    if (!isObject(current)) return undefined;
    current = current[name];
  }
  return current as Json | undefined;
}
