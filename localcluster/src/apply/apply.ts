import { applyConflict } from '../api/api-error.ts';
import type { Schema } from '../schema/schema.ts';
import type { Json, JsonObject, KubeObject, ManagedFieldsEntry } from '../types.ts';
import { FieldSet } from './field-set.ts';
import {
  isSame,
  type Manager,
  newManager,
  ownable,
  readManagers,
  type Writer,
  writeManagers,
} from './managed-fields.ts';
import { compare, fieldsOf, merge, removeDisowned } from './merge.ts';

export interface ApplyTo {
  schema: Schema;
  /** Status is a subresource: it cannot be applied through the object itself. */
  hasStatus: boolean;
  force: boolean;
}

/**
 * Server-side apply: the configuration is laid over the object, what its manager applied before and does not name
 * any more goes, and fields that others own with another value are conflicts.
 * @throws ApiError 409 with a cause for each field that somebody else owns
 */
export function applyConfiguration(
  live: KubeObject | undefined,
  config: JsonObject,
  writer: Writer,
  { schema, hasStatus, force }: ApplyTo,
): KubeObject {
  const apiVersion = String(config.apiVersion);
  const fields = ownable(fieldsOf(config, schema), hasStatus, writer.subresource);
  const managers = readManagers(live);
  const own = managers.find((manager) => isSame(manager, writer, apiVersion));
  const others = managers.filter((manager) => manager !== own);
  const merged = merge(live as unknown as Json | undefined, config, schema);
  const owned = others.reduce((all, other) => all.union(other.fields), fields);
  const pruned = own ? removeDisowned(merged, schema, own.fields, keepRoots(owned)) : merged;
  const comparison = compare((live ?? {}) as unknown as Json, pruned, schema);
  const changed = ownable(comparison.changed, hasStatus, writer.subresource);
  const removed = ownable(comparison.removed, hasStatus, writer.subresource);
  if (!force) refuseConflicts(others, changed);
  const left = others.map(({ entry, fields: theirs }) => ({
    entry,
    fields: theirs.difference(changed).difference(removed),
  }));
  // Taking or leaving fields alone does not touch the time: it is of the last change to the object.
  const unchanged = changed.empty && removed.empty;
  const mine = newManager(unchanged ? { ...writer, now: own?.entry.time } : writer, apiVersion, fields);
  const result = pruned as unknown as KubeObject;
  return { ...result, metadata: { ...result.metadata, managedFields: writeManagers([...left, mine]) } };
}

/** apiVersion, kind and the server's metadata belong to nobody, and stay. */
function keepRoots(owned: FieldSet): FieldSet {
  const roots = new FieldSet();
  for (const element of ['f:apiVersion', 'f:kind', 'f:metadata']) roots.children.set(element, new FieldSet());
  return owned.union(roots);
}

function refuseConflicts(others: Manager[], changed: FieldSet): void {
  const byName = others.toSorted((a, b) => (a.entry.manager < b.entry.manager ? -1 : 1));
  const conflicts = byName.flatMap(({ entry, fields }) =>
    [...fields.intersection(changed).paths()].map((path) => ({ manager: describe(entry), path })),
  );
  if (conflicts.length === 0) return;
  const causes = conflicts.map(({ manager, path }) => ({
    reason: 'FieldManagerConflict',
    message: `conflict with ${manager}`,
    field: path,
  }));
  throw applyConflict(message(conflicts), causes);
}

interface FieldConflict {
  manager: string;
  path: string;
}

function message(conflicts: FieldConflict[]): string {
  const [first] = conflicts;
  if (first && conflicts.length === 1) {
    return `Apply failed with 1 conflict: conflict with ${first.manager}: ${first.path}`;
  }
  const lines = Object.entries(Object.groupBy(conflicts, ({ manager }) => manager))
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([manager, theirs = []]) => [
      `conflicts with ${manager}:`,
      ...theirs.map(({ path }) => `- ${path}`),
    ]);
  return `Apply failed with ${conflicts.length} conflicts: ${lines.join('\n')}`;
}

function describe({ manager, subresource, operation, apiVersion }: ManagedFieldsEntry): string {
  const name =
    JSON.stringify(manager) + (subresource ? ` with subresource ${JSON.stringify(subresource)}` : '');
  return operation === 'Update' ? `${name} using ${apiVersion}` : name;
}
