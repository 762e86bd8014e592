import type { JSONSchemaProps } from '../definition.ts';
import { type Cause, duplicate, invalid } from './cause.ts';
import { child, equal, isObject, type JsonObject } from './json.ts';
import { fieldSchema } from './schema.ts';

/** No item twice in a list of type set, no key twice in one of type map. */
export function validateListTypes(schema: JSONSchemaProps, value: unknown, path: string): Cause[] {
  if (Array.isArray(value)) {
    const below = value.flatMap((item, index) => listTypesOfItem(schema, item, `${path}[${index}]`));
    return [...duplicatesIn(schema, value, path), ...below];
  }
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([name, each]) => {
    const field = fieldSchema(schema, name);
    return field ? validateListTypes(field, each, child(path, name)) : [];
  });
}

function listTypesOfItem(schema: JSONSchemaProps, item: unknown, path: string): Cause[] {
  return schema.items ? validateListTypes(schema.items, item, path) : [];
}

function duplicatesIn(schema: JSONSchemaProps, items: readonly unknown[], path: string): Cause[] {
  const identity = identityOf(schema);
  if (identity === undefined) return [];
  const stray =
    schema['x-kubernetes-list-type'] === 'map'
      ? items.findIndex((item) => item !== null && !isObject(item))
      : -1;
  if (stray >= 0) {
    return [invalid(`${path}[${stray}]`, items[stray], 'must be an object for an array of list-type map')];
  }
  const seen = new Map<string, number>();
  return items.flatMap((item, index) => {
    const value = identity(item);
    if (value === undefined) return [];
    const text = JSON.stringify(value);
    const times = (seen.get(text) ?? 0) + 1;
    seen.set(text, times);
    // However often it is there, a duplicate is told once.
    return times === 2 ? [duplicate(`${path}[${index}]`, value)] : [];
  });
}

function identityOf(schema: JSONSchemaProps): ((item: unknown) => unknown) | undefined {
  switch (schema['x-kubernetes-list-type']) {
    case 'set':
      return (item) => item;
    case 'map':
      return (item) => (isObject(item) ? keyOf(schema, item) : undefined);
    default:
      return undefined;
  }
}

/** Items can be told apart, and so compared with what stood before, only in a list of type map. */
export function oldItems(schema: JSONSchemaProps, old: unknown): (item: unknown) => unknown {
  if (!Array.isArray(old) || schema['x-kubernetes-list-type'] !== 'map') return () => undefined;
  return (item) => old.find((each) => equal(keyOf(schema, each), keyOf(schema, item)));
}

/** The fields that tell an item of a map list from the others. */
function keyOf(schema: JSONSchemaProps, item: unknown): JsonObject {
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  const given = isObject(item) ? item : {};
  return Object.fromEntries(keys.filter((key) => key in given).map((key) => [key, given[key]]));
}
