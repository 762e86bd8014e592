import type { ScoringJobSpec, ScoringJobStatus } from './generated/scoring-job.ts';
import type { StockoutModelSpec, StockoutModelStatus } from './generated/stockout-model.ts';

/** What is used of an object's metadata; what the API server sets is absent in objects that are not yet there. */
export interface ObjectMeta {
  name: string;
  namespace: string;
  uid?: string;
  generation?: number;
  resourceVersion?: string;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  annotations?: Record<string, string>;
  labels?: Record<string, string>;
  finalizers?: string[];
  ownerReferences?: OwnerReference[];
  /** Who owns which fields: `fieldsV1` is a tree of `f:name`. */
  managedFields?: { manager?: string; fieldsV1?: Record<string, Record<string, unknown>> }[];
}

export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

/** As the API server returns it: every field that has a default is there. */
export interface StockoutModel {
  apiVersion: 'stockout.dev/v1alpha1';
  kind: 'StockoutModel';
  metadata: ObjectMeta;
  spec: StockoutModelSpec;
  status?: StockoutModelStatus;
}

/** As the API server returns it: every field that has a default is there. */
export interface ScoringJob {
  apiVersion: 'stockout.dev/v1alpha1';
  kind: 'ScoringJob';
  metadata: ObjectMeta;
  spec: ScoringJobSpec;
  status?: ScoringJobStatus;
}

/** metav1.Condition, the same in both kinds. */
export type Condition = NonNullable<StockoutModelStatus['conditions']>[number];
/** One entry of a model's status.versions. */
export type VersionStatus = NonNullable<StockoutModelStatus['versions']>[number];
/** One entry of a scoring job's status.runs. */
export type RunStatus = NonNullable<ScoringJobStatus['runs']>[number];
