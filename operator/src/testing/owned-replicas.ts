import type { Action } from '../actions.ts';
import type { Deployment, KubeObject } from '../api/kubernetes.ts';

export function ownerOfReplicas(manager: string) {
  return { manager, fieldsV1: { 'f:spec': { 'f:replicas': {} } } };
}

/** Server-side apply of the one field that has several owners: who lets go of it alone leaves the default. */
export function ownReplicas(
  { object, manager }: Extract<Action, { verb: 'apply' }>,
  existing: KubeObject | undefined,
): KubeObject {
  if (object.kind !== 'Deployment') return object;
  const { spec } = object as Deployment;
  const before = existing as Deployment | undefined;
  const others = before?.metadata.managedFields ?? [];
  if (manager !== undefined) {
    const managedFields = [...others, ownerOfReplicas(manager)];
    const metadata = { ...before?.metadata, ...object.metadata, managedFields };
    return { ...object, metadata, spec: { ...before?.spec, ...spec } } as Deployment;
  }
  if (spec.replicas !== undefined) {
    // Who forces another value upon the field is its only owner.
    const managedFields = before?.spec.replicas === spec.replicas ? others : [];
    return { ...object, metadata: { ...object.metadata, managedFields } };
  }
  const replicas = others.length > 0 ? (before?.spec.replicas ?? 1) : 1;
  return { ...object, spec: { ...spec, replicas } } as Deployment;
}
