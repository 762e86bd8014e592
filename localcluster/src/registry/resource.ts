import type { StatusCause } from '../api/api-error.ts';
import type { Schema } from '../schema/schema.ts';
import type { KubeObject } from '../types.ts';
import type { NameProblem } from './names.ts';

/** A column of `kubectl get`; priority 1 shows with -o wide only. */
export interface Column {
  name: string;
  type: 'boolean' | 'date' | 'integer' | 'number' | 'string';
  format?: string;
  priority?: number;
  description?: string;
  value: (object: KubeObject) => boolean | number | string | null;
}

/** What a kind does on its own, beyond its schema. Objects are the caller's to change. */
export interface Strategy {
  /** Fills what a real API server fills, on every write. */
  defaults?: (object: KubeObject, old?: KubeObject) => void;
  /** Runs once, on create, after the defaults. */
  create?: (object: KubeObject) => void;
  /** Runs on every later write. */
  update?: (object: KubeObject, old: KubeObject) => void;
  validate?: (object: KubeObject, old?: KubeObject) => StatusCause[];
  /** What is wrong with a name; RFC 1123 subdomains are right unless it says otherwise. */
  nameProblem?: NameProblem;
  /** How the object is stored, and shown again, where a kind is a view of another (events.k8s.io). */
  store?: (object: KubeObject) => KubeObject;
  show?: (object: KubeObject) => KubeObject;
}

export interface ScalePaths {
  specReplicas: string[];
  statusReplicas: string[];
  selector?: string[];
}

/** A kind that is served: where, under which names, by which schema and rules. */
export interface Resource {
  group: string;
  version: string;
  kind: string;
  plural: string;
  singular: string;
  shortNames: string[];
  categories: string[];
  namespaced: boolean;
  schema: Schema;
  hasStatus: boolean;
  /** metadata.generation counts changes of everything but metadata and status. */
  generation: boolean;
  /** An update must carry the resourceVersion it is based on. */
  versionedUpdates: boolean;
  scale?: ScalePaths;
  columns: Column[];
  strategy: Strategy;
  /** Fields, besides metadata.name and metadata.namespace, that a field selector may name. */
  selectable: Record<string, (object: KubeObject) => string>;
  /** Present on custom resources: the CRD's schema, which `admit` judges by. */
  custom?: Schema;
}

export function apiVersionOf({ group, version }: Pick<Resource, 'group' | 'version'>): string {
  return group === '' ? version : `${group}/${version}`;
}

/** The collection's name in the store. Both views of events share one. */
export function collectionOf({ group, plural }: Pick<Resource, 'group' | 'plural'>): string {
  return group === '' || plural === 'events' ? plural : `${plural}.${group}`;
}

export function keyOf(namespace: string | undefined, name: string): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}
