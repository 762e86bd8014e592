import type { JSONSchemaProps } from '../definition.ts';
import { isObject, type JsonObject } from './json.ts';
import { fieldSchema } from './schema.ts';

/**
 * Fills defaults in place, then removes nulls that are neither allowed nor have a default: in the Kubernetes API
 * null is another word for absent.
 */
export function fillDefaults(schema: JSONSchemaProps, value: unknown): void {
  if (Array.isArray(value)) fillItems(schema.items ?? {}, value);
  else if (isObject(value)) fillFields(schema, value);
}

function fillItems(schema: JSONSchemaProps, items: unknown[]): void {
  for (const [index, item] of items.entries()) {
    if (isReplaced(item, schema)) items[index] = structuredClone(schema.default);
    fillDefaults(schema, items[index]);
  }
}

function fillFields(schema: JSONSchemaProps, value: JsonObject): void {
  for (const [name, field] of Object.entries(schema.properties ?? {})) {
    if (field.default === undefined) continue;
    if (!Object.hasOwn(value, name) || isReplaced(value[name], field)) {
      value[name] = structuredClone(field.default);
    }
  }
  for (const name of Object.keys(value)) {
    const field = fieldSchema(schema, name);
    if (field === undefined) continue;
    if (isReplaced(value[name], field)) value[name] = structuredClone(field.default);
    if (value[name] === null && !field.nullable) delete value[name];
    else fillDefaults(field, value[name]);
  }
}

function isReplaced(value: unknown, schema: JSONSchemaProps): boolean {
  return value === null && !schema.nullable && schema.default !== undefined;
}
