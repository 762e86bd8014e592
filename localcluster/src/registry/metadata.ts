import { randomBytes, randomUUID } from 'node:crypto';
import { ApiError, badRequest, forbidden, type Named, notFound, type StatusCause } from '../api/api-error.ts';
import type { Store } from '../store/store.ts';
import { timestamp } from '../timestamp.ts';
import { at, type KubeObject, type ObjectMeta } from '../types.ts';
import type { Resource } from './resource.ts';

const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const SUBDOMAIN_RULE =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const LABEL_VALUE = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;
const LABEL_RULE =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
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
  } else if (!SUBDOMAIN.test(name) && resource.plural !== 'events' && !old) {
    causes.push(invalidValue('metadata.name', name, SUBDOMAIN_RULE));
  }
  for (const value of Object.values(labels)) {
    if (!LABEL_VALUE.test(value)) causes.push(invalidValue('metadata.labels', value, LABEL_RULE));
    else if (value.length > 63) causes.push(tooLong('metadata.labels', 63));
  }
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
