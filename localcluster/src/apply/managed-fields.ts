import type { Resource } from '../registry/resource.ts';
import { blank } from '../schema/blank.ts';
import type { Json, KubeObject, ManagedFieldsEntry } from '../types.ts';
import { FieldSet } from './field-set.ts';
import { compare } from './merge.ts';

/** Who writes, and by which endpoint. */
export interface Writer {
  manager: string;
  operation: 'Apply' | 'Update';
  subresource?: 'scale' | 'status';
  /** RFC 3339, whole seconds; absent where no time is told. */
  now?: string | undefined;
}

export interface Manager {
  entry: ManagedFieldsEntry;
  fields: FieldSet;
}

/** Fields that the server itself keeps: nobody owns them. */
const SERVERS_OWN = [
  'name',
  'namespace',
  'creationTimestamp',
  'selfLink',
  'uid',
  'generation',
  'managedFields',
  'resourceVersion',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
];

export function readManagers(object: KubeObject | undefined): Manager[] {
  return (object?.metadata.managedFields ?? []).map((entry) => ({
    entry,
    fields: FieldSet.from(entry.fieldsV1 ?? {}),
  }));
}

/** As a real API server sorts them: applied ones first, then by time. */
export function writeManagers(managers: Manager[]): ManagedFieldsEntry[] {
  const order = ({ entry }: Manager): string => `${entry.operation} ${entry.time} ${entry.manager}`;
  return managers
    .filter(({ fields }) => !fields.empty)
    .toSorted((a, b) => (order(a) < order(b) ? -1 : 1))
    .map(({ entry, fields }) => ({ ...entry, fieldsType: 'FieldsV1', fieldsV1: fields.toFields() }));
}

export function isSame({ entry }: Manager, writer: Writer, apiVersion: string): boolean {
  return (
    entry.manager === writer.manager &&
    entry.operation === writer.operation &&
    entry.apiVersion === apiVersion &&
    (entry.subresource ?? '') === (writer.subresource ?? '')
  );
}

export function newManager(writer: Writer, apiVersion: string, fields: FieldSet): Manager {
  const { manager, operation, subresource, now } = writer;
  // As from a real API server, entries of the scale subresource carry no time.
  const time = subresource === 'scale' || now === undefined ? {} : { time: now };
  const entry: ManagedFieldsEntry = { manager, operation, apiVersion, ...time, fieldsType: 'FieldsV1' };
  return { entry: subresource === undefined ? entry : { ...entry, subresource }, fields };
}

/**
 * Leaves the fields that a writer can own through its endpoint: not the server's own metadata, not status through
 * the object itself (where status is a subresource), nothing but status through /status.
 */
export function ownable(fields: FieldSet, hasStatus: boolean, subresource?: string): FieldSet {
  let result = fields.without('f:apiVersion').without('f:kind');
  for (const name of SERVERS_OWN) result = result.without('f:metadata', `f:${name}`);
  result.member = false;
  const metadata = result.children.get('f:metadata');
  if (metadata?.member) {
    const kept = result.without('f:metadata');
    if (metadata.children.size > 0) {
      const bare = new FieldSet();
      for (const [element, child] of metadata.children) bare.children.set(element, child);
      kept.children.set('f:metadata', bare);
    }
    result = kept;
  }
  if (subresource === 'status') return onlyStatus(result);
  return hasStatus ? result.without('f:status') : result;
}

function onlyStatus(fields: FieldSet): FieldSet {
  const result = new FieldSet();
  const status = fields.children.get('f:status');
  if (status) result.children.set('f:status', status);
  return result;
}

/** managedFields after a create, update or patch: the writer takes what it changed, the others lose it. */
export function trackUpdate(
  before: KubeObject | undefined,
  after: KubeObject,
  writer: Writer,
  { schema, hasStatus, custom }: Pick<Resource, 'custom' | 'hasStatus' | 'schema'>,
): ManagedFieldsEntry[] {
  const start = before ?? (custom ? {} : blank(schema));
  const comparison = compare(start as unknown as Json, after as unknown as Json, schema);
  const taken = ownable(comparison.changed, hasStatus, writer.subresource);
  const removed = ownable(comparison.removed, hasStatus, writer.subresource);
  const managers = readManagers(before);
  const own = managers.find((manager) => isSame(manager, writer, after.apiVersion));
  const others = managers
    .filter((manager) => manager !== own)
    .map(({ entry, fields }) => ({ entry, fields: fields.difference(taken).difference(removed) }));
  const fields = (own?.fields ?? new FieldSet()).union(taken).difference(removed);
  const unchanged = own && own.fields.equals(fields);
  const mine = unchanged ? own : newManager(writer, after.apiVersion, fields);
  return writeManagers([...others, mine]);
}
