import { isObject, type Json, type JsonObject, type KubeObject, type ObjectMeta } from '../types.ts';
import type { Resource } from './resource.ts';

/** What an endpoint cannot change stays as it was. */
export function carryOver(
  resource: Resource,
  old: KubeObject,
  given: KubeObject,
  subresource?: string,
): KubeObject {
  if (subresource === 'status') {
    const { status } = given as { status?: unknown };
    const { status: _old, ...rest } = structuredClone(old) as KubeObject & { status?: unknown };
    return (status === undefined ? rest : { ...rest, status }) as KubeObject;
  }
  const { status: oldStatus } = old as { status?: unknown };
  const { status, ...rest } = given as KubeObject & { status?: unknown };
  const kept = resource.hasStatus ? oldStatus : status;
  const result = { ...rest, metadata: { ...rest.metadata, ...servers(old.metadata) } } as KubeObject;
  if (kept !== undefined) Object.assign(result, { status: structuredClone(kept) });
  return structuredClone(result);
}

/** What of an object's metadata the server alone decides. */
const SERVERS = [
  'name',
  'namespace',
  'uid',
  'creationTimestamp',
  'generation',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
] as const satisfies (keyof ObjectMeta)[];

function servers(meta: ObjectMeta): Partial<ObjectMeta> {
  return Object.fromEntries(
    SERVERS.map((name) => [name, meta[name]] as const).filter(([, value]) => value !== undefined),
  );
}

/** What metadata.generation counts the changes of. */
export function specOf(object: KubeObject): string {
  const { metadata: _metadata, status: _status, ...rest } = object as KubeObject & { status?: unknown };
  return JSON.stringify(sorted(rest as JsonObject));
}

function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, child]) => [name, sorted(child)]));
}

/** Without the revision, which every write makes anew. */
export function withoutRevision(object: KubeObject): object {
  const { resourceVersion: _revision, ...metadata } = object.metadata;
  return { ...object, metadata };
}
