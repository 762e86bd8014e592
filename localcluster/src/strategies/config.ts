import { isDeepStrictEqual } from 'node:util';
import type { StatusCause } from '../api/api-error.ts';
import { problem } from '../registry/metadata.ts';
import { configKeyProblem, labelProblem } from '../registry/names.ts';
import type { Strategy } from '../registry/resource.ts';
import type { ConfigMap, Namespace, PersistentVolume, PersistentVolumeClaim, Secret } from '../types.ts';

const forbidden = (field: string, why: string): StatusCause => ({
  reason: 'FieldValueForbidden',
  message: `Forbidden: ${why}`,
  field,
});

function unchanged(object: ConfigMap | Secret, old: ConfigMap | Secret | undefined): StatusCause[] {
  if (!old?.immutable) return [];
  const causes: StatusCause[] = [];
  const why = 'field is immutable when `immutable` is set';
  if (object.immutable !== true) causes.push(forbidden('immutable', why));
  if (!isDeepStrictEqual(object.data, old.data)) causes.push(forbidden('data', why));
  return causes;
}

function badKeys({ data = {} }: ConfigMap | Secret): StatusCause[] {
  return Object.keys(data).flatMap((key) => problem(`data[${key}]`, key, configKeyProblem(key)));
}

export const configMapStrategy: Strategy = {
  validate: (object, old) => [
    ...badKeys(object as ConfigMap),
    ...unchanged(object as ConfigMap, old as ConfigMap | undefined),
  ],
};

export const secretStrategy: Strategy = {
  defaults(object) {
    const secret = object as Secret;
    secret.type ??= 'Opaque';
    const { stringData } = secret;
    if (!stringData) return;
    const encoded = Object.entries(stringData).map(([key, text]) => [
      key,
      Buffer.from(text).toString('base64'),
    ]);
    secret.data = { ...secret.data, ...Object.fromEntries(encoded) };
    delete secret.stringData;
  },
  validate: (object, old) => [
    ...badKeys(object as Secret),
    ...unchanged(object as Secret, old as Secret | undefined),
  ],
};

export const namespaceStrategy: Strategy = {
  nameProblem: labelProblem,
  create(object) {
    const namespace = object as Namespace;
    namespace.spec = { finalizers: ['kubernetes'] };
    namespace.status = { phase: 'Active' };
    namespace.metadata.labels = {
      ...namespace.metadata.labels,
      'kubernetes.io/metadata.name': namespace.metadata.name,
    };
  },
};

export const claimStrategy: Strategy = {
  defaults(object) {
    const { spec } = object as PersistentVolumeClaim;
    spec.volumeMode ??= 'Filesystem';
    spec.storageClassName ??= 'standard';
  },
  create(object) {
    (object as PersistentVolumeClaim).status = { phase: 'Pending' };
  },
};

export const volumeStrategy: Strategy = {
  defaults(object) {
    const { spec } = object as PersistentVolume;
    spec.volumeMode ??= 'Filesystem';
    spec.persistentVolumeReclaimPolicy ??= 'Retain';
    if (spec.hostPath) spec.hostPath.type ??= '';
  },
  create(object) {
    (object as PersistentVolume).status = { phase: 'Available' };
  },
};
