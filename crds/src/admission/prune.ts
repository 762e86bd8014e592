import type { JSONSchemaProps } from '../definition.ts';
import { child, isObject, type JsonObject } from './json.ts';
import { fieldSchema, ROOT_FIELDS } from './schema.ts';

/**
 * Removes every field that the schema does not know, in place.
 * @returns the paths of the removed fields, sorted
 */
export function prune(schema: JSONSchemaProps, object: JsonObject): string[] {
  const removed: string[] = [];
  pruneFields({ ...schema, 'x-kubernetes-embedded-resource': true }, object, '', removed);
  return removed.sort();
}

function pruneValue(
  schema: JSONSchemaProps | undefined,
  value: unknown,
  path: string,
  removed: string[],
): void {
  if (Array.isArray(value)) {
    const items = schema?.items ?? (keepsUnknown(schema) ? KEEP : undefined);
    value.forEach((item, index) => pruneValue(items, item, `${path}[${index}]`, removed));
  } else if (isObject(value)) pruneFields(schema ?? {}, value, path, removed);
}

function pruneFields(schema: JSONSchemaProps, value: JsonObject, path: string, removed: string[]): void {
  for (const name of Object.keys(value)) {
    if (schema['x-kubernetes-embedded-resource'] && ROOT_FIELDS.has(name)) continue;
    const field = fieldSchema(schema, name);
    if (field !== undefined) pruneValue(field, value[name], child(path, name), removed);
    else if (!keepsUnknown(schema) && !schema.additionalProperties) {
      delete value[name];
      removed.push(child(path, name));
    }
  }
}

const KEEP: JSONSchemaProps = { 'x-kubernetes-preserve-unknown-fields': true };

function keepsUnknown(schema: JSONSchemaProps | undefined): boolean {
  return schema?.['x-kubernetes-preserve-unknown-fields'] === true;
}
