import { randomBytes, randomUUID } from 'node:crypto';
import { ApiError, badRequest, forbidden, type Named, notFound, type StatusCause } from '../api/api-error.ts';
import type { Store } from '../store/store.ts';
import { timestamp } from '../timestamp.ts';
import { at, type KubeObject, type ObjectMeta } from '../types.ts';
import { keyProblem, labelValueProblem, subdomainProblem } from './names.ts';
import type { Resource } from './resource.ts';

const MAX_ANNOTATIONS = 256 * 1024;
/** Of a generated name: with its suffix it is no longer than 63 characters. */
const LONGEST_BASE = 58;
const SUFFIX_ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

/** Five characters without vowels, as generateName appends them. */
function nameSuffix(): string {
  return [...randomBytes(5)].map((byte) => SUFFIX_ALPHABET[byte % SUFFIX_ALPHABET.length]).join('');
}

/** Metadata of a new object: a name, a uid, a time of birth; what the server keeps is not taken from the client. */
export function birth(meta: Partial<ObjectMeta>, namespace: string | undefined, now: number): ObjectMeta {
  const { generateName, resourceVersion, ...given } = meta;
  if (resourceVersion)
    throw new ApiError(500, undefined, 'resourceVersion should not be set on objects to be created');
  const name = given.name ?? (generateName ? `${generateName.slice(0, LONGEST_BASE)}${nameSuffix()}` : '');
  delete given.deletionTimestamp;
  delete given.deletionGracePeriodSeconds;
  return {
    name,
    ...(generateName ? { generateName } : {}),
    ...(namespace === undefined ? {} : { namespace }),
    uid: randomUUID(),
    resourceVersion: '',
    creationTimestamp: timestamp(now),
    ...omit(given, ['name', 'namespace', 'uid', 'creationTimestamp', 'generation', 'managedFields']),
  };
}

function omit<T extends object>(object: T, names: (keyof T)[]): Partial<T> {
  const copy: Partial<T> = { ...object };
  for (const name of names) delete copy[name];
  return copy;
}

export function validateMetadata(
  resource: Resource,
  { metadata }: KubeObject,
  old?: KubeObject,
): StatusCause[] {
  const causes: StatusCause[] = [];
  const { name, labels = {}, annotations = {} } = metadata;
  if (name === '') {
    causes.push(required('metadata.name', 'name or generateName is required'));
  } else if (!old && resource.plural !== 'events') {
    const { nameProblem = subdomainProblem } = resource.strategy;
    causes.push(...problem('metadata.name', name, nameProblem(name)));
  }
  for (const [key, value] of Object.entries(labels)) {
    causes.push(...problem('metadata.labels', key, keyProblem(key)));
    causes.push(...problem('metadata.labels', value, labelValueProblem(value)));
    if (value.length > 63) causes.push(tooLong('metadata.labels', 63));
  }
  for (const key of Object.keys(annotations))
    causes.push(...problem('metadata.annotations', key, keyProblem(key)));
  const size = Object.entries(annotations).reduce(
    (sum, [key, value]) => sum + key.length + Buffer.byteLength(value),
    0,
  );
  if (size > MAX_ANNOTATIONS) causes.push(tooLong('metadata.annotations', MAX_ANNOTATIONS));
  return [...causes, ...newFinalizers(metadata, old)];
}

function newFinalizers(metadata: ObjectMeta, old?: KubeObject): StatusCause[] {
  if (!old?.metadata.deletionTimestamp) return [];
  const added = (metadata.finalizers ?? []).filter((one) => !old.metadata.finalizers?.includes(one));
  if (added.length === 0) return [];
  const list = `[]string{${added.map((one) => JSON.stringify(one)).join(', ')}}`;
  const why = `no new finalizers can be added if the object is being deleted, found new finalizers ${list}`;
  return [{ reason: 'FieldValueForbidden', message: `Forbidden: ${why}`, field: 'metadata.finalizers' }];
}

export function required(field: string, why = ''): StatusCause {
  return {
    reason: 'FieldValueRequired',
    message: why === '' ? 'Required value' : `Required value: ${why}`,
    field,
  };
}

export function invalidValue(field: string, value: unknown, why: string): StatusCause {
  return { reason: 'FieldValueInvalid', message: `Invalid value: ${JSON.stringify(value)}: ${why}`, field };
}

export function unsupported(field: string, value: unknown, supported: string[]): StatusCause {
  const list = supported.map((one) => JSON.stringify(one)).join(', ');
  const message = `Unsupported value: ${JSON.stringify(value)}: supported values: ${list}`;
  return { reason: 'FieldValueNotSupported', message, field };
}

/** A cause where there is a problem. */
export function problem(field: string, value: unknown, why: string | undefined): StatusCause[] {
  return why === undefined ? [] : [invalidValue(field, value, why)];
}

function tooLong(field: string, limit: number): StatusCause {
  return { reason: 'FieldValueTooLong', message: `Too long: may not be more than ${limit} bytes`, field };
}

/** A namespaced object goes where its namespace is, and that must be there and to stay. */
export function requireNamespace(store: Store, namespace: string, target: Named): void {
  const found = store.get('namespaces', namespace);
  if (!found) throw notFound({ group: '', plural: 'namespaces', name: namespace });
  if (found.metadata.deletionTimestamp || at(found, 'status', 'phase') === 'Terminating') {
    throw forbidden(
      target,
      `unable to create new content in namespace ${namespace} because it is being terminated`,
    );
  }
}

/** No new objects of a kind that is on its way out. */
export function requireDefinition(store: Store, { group, plural, name }: Named): void {
  const definition = store.get('customresourcedefinitions.apiextensions.k8s.io', `${plural}.${group}`);
  if (!definition?.metadata.deletionTimestamp) return;
  const why = 'create not allowed while custom resource definition is terminating';
  throw forbidden({ group, plural, name }, why);
}

/** The name and namespace in the body, where given, are those of the URL. */
export function matchUrl(
  meta: Partial<ObjectMeta>,
  namespace: string | undefined,
  name: string | undefined,
): void {
  if (name !== undefined && meta.name && meta.name !== name) {
    throw badRequest(`the name of the object (${meta.name}) does not match the name on the URL (${name})`);
  }
  if (namespace !== undefined && meta.namespace && meta.namespace !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
}
