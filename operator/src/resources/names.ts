import { hash } from 'node:crypto';
import type { ObjectMeta, OwnerReference, StockoutModel } from '@stockout/crds';
import type { KubeObject } from '../api/kubernetes.ts';

const COMPONENT = 'app.kubernetes.io/component';
const MANAGED_BY = 'app.kubernetes.io/managed-by';
export const OPERATOR = 'stockout-operator';
/** Selects every object that the operator made, pods included. */
export const MANAGED_SELECTOR = `${MANAGED_BY}=${OPERATOR}`;

export const LABEL = {
  model: 'stockout.dev/model',
  scoringJob: 'stockout.dev/scoring-job',
  /** The run that a Job does or that a record is of. */
  run: 'stockout.dev/run',
  /** What a scoring run is for: the same key needs no second run. */
  runKey: 'stockout.dev/run-key',
  version: 'stockout.dev/version',
  color: 'stockout.dev/color',
} as const;

export const ANNOTATION = {
  /** Set by people: any new value trains once more. */
  retrainRequestedAt: 'stockout.dev/retrain-requested-at',
  /** Set by people: any new value scores once more. */
  runRequestedAt: 'stockout.dev/run-requested-at',
  /** Set by people: "true" stops every action on the object. */
  paused: 'stockout.dev/paused',
  /** The manifest that a Job's pod works on, mounted as a file. */
  manifest: 'stockout.dev/manifest',
  /** How a Job was to run (resources, deadline): a failure counts until the spec says otherwise. */
  attempt: 'stockout.dev/attempt',
  /** On a training's Job: the time of the schedule that asked for it. */
  scheduledFor: 'stockout.dev/scheduled-for',
  /** On a training's Job: the generation of the model that asked for it. */
  generation: 'stockout.dev/generation',
  /** On a version's record: the last time of the schedule for which there was no newer data than the version's. */
  checkedFor: 'stockout.dev/checked-for',
  /** On a version's record: since when it is asked about other rows than it learned from. */
  drift: 'stockout.dev/drift',
  /** On a version's record: why it was refused as a candidate. */
  refused: 'stockout.dev/refused',
  /** Of all that was applied: tells a dropped field, which a comparison of what is there cannot. */
  appliedHash: 'stockout.dev/applied-hash',
  /** Of a predictor's pod template but its color: two colors with the same one serve the same. */
  templateHash: 'stockout.dev/template-hash',
  /** Why a candidate was given up; its pods are gone, the Deployment stays as the record of it. */
  givenUp: 'stockout.dev/given-up',
  /** The reason, in one word, for which it was given up. */
  givenUpReason: 'stockout.dev/given-up-reason',
  /** On a candidate's Deployment: since when all its pods are up, and it is put to the proof. */
  provenFrom: 'stockout.dev/proven-from',
  /** On the Service: when traffic was switched, and the template that served before. */
  switchedAt: 'stockout.dev/switched-at',
  switchedFrom: 'stockout.dev/switched-from',
  /** On the Service: the version that traffic was switched to, should its Deployment be deleted by hand. */
  switchedTo: 'stockout.dev/switched-to',
  /** On a Deployment whose template moves: what was there before, until the last of its pods is gone. */
  rolledFrom: 'stockout.dev/rolled-from',
  /** On the Deployment that serves: the template that a rolling update was given up with, and why. */
  gaveUpOn: 'stockout.dev/gave-up-on',
  /** On the Service: the uid of the Deployment whose traffic was switched back, and why. */
  rolledBackFrom: 'stockout.dev/rolled-back-from',
  rolledBackBecause: 'stockout.dev/rolled-back-because',
} as const;

export const COLORS = ['blue', 'green'] as const;
export type Color = (typeof COLORS)[number];
/** What a Service selects before anything serves: pods of this color are never made. */
export const NO_COLOR = 'none';

export function otherColor(color: Color | undefined): Color {
  return color === 'blue' ? 'green' : 'blue';
}

export function predictorName(model: string, color: Color): string {
  return `${model}-${color}`;
}

export interface Owner {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
}

/** Garbage collection removes what a deleted owner owned. */
export function ownerReference({ apiVersion, kind, metadata }: Owner): OwnerReference {
  return {
    apiVersion,
    kind,
    name: metadata.name,
    uid: metadata.uid ?? '',
    controller: true,
    blockOwnerDeletion: true,
  };
}

/** Whether it is this owner's, by its uid. A reference that somebody added for the garbage collector alone makes nothing ours. */
export function isOwnedBy({ metadata }: KubeObject, uid: string | undefined): boolean {
  return metadata.ownerReferences?.some((owner) => owner.controller && owner.uid === uid) ?? false;
}

export type Component =
  | 'training'
  | 'evaluation'
  | 'scoring'
  | 'tracking'
  | 'recovery'
  | 'removal'
  | 'predictor'
  | 'candidate'
  | 'record';

export function labelsOf(instance: string, component: Component): Record<string, string> {
  return {
    'app.kubernetes.io/name': 'stockout',
    'app.kubernetes.io/part-of': 'stockout',
    'app.kubernetes.io/instance': instance,
    [COMPONENT]: component,
    [MANAGED_BY]: OPERATOR,
  };
}

/** Of an object that is a model's: found by its labels, gone with it. */
export function metadataOf(
  model: StockoutModel,
  name: string,
  component: Component,
  labels: Record<string, string> = {},
): ObjectMeta {
  return {
    name,
    namespace: model.metadata.namespace,
    labels: {
      ...labelsOf(model.metadata.name, component),
      [LABEL.model]: model.metadata.name,
      ...labels,
    },
    ownerReferences: [ownerReference(model)],
  };
}

/** Of the labels by which an object is found, as `key=value`, those that it lacks. */
export function missingLabels({ metadata }: KubeObject, wanted: KubeObject): string[] {
  return [MANAGED_BY, COMPONENT, LABEL.model, LABEL.scoringJob].flatMap((key) => {
    const value = wanted.metadata.labels?.[key];
    return value === undefined || metadata.labels?.[key] === value ? [] : [`${key}=${value}`];
  });
}

export function componentOf({ metadata }: KubeObject): string | undefined {
  return metadata.labels?.[COMPONENT];
}

export function isOfComponent(object: KubeObject, component: Component): boolean {
  return componentOf(object) === component;
}

/** Ten hexadecimal digits that depend on nothing but the value; the order of keys does not count. */
export function hashOf(value: unknown): string {
  return hash('sha256', canonical(value)).slice(0, 10);
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
