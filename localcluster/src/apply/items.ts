import { isDeepStrictEqual } from 'node:util';
import { resolve } from '../schema/kubernetes.ts';
import { DEDUCED, isAtomicMap, listType, mapOf, type Schema } from '../schema/schema.ts';
import { isObject, type Json, type JsonObject } from '../types.ts';

/** One child of a map or of a list with keys, under its path element. */
export interface Item {
  element: string;
  value: Json;
  schema: Schema;
}

/** Whether ownership and merging stop here: the value is owned and replaced whole. */
export function isLeaf(value: Json, schema: Schema): boolean {
  if (Array.isArray(value)) return listType(schema) === 'atomic';
  return !isObject(value) || isAtomicMap(schema);
}

export function fieldSchema(schema: Schema, name: string): Schema {
  const known = schema.properties?.[name] ?? mapOf(schema);
  return known ? resolve(known) : DEDUCED;
}

/** The children of a value that is not a leaf. */
export function itemsOf(value: Json, schema: Schema): Item[] {
  if (Array.isArray(value)) {
    const items = resolve(schema.items ?? DEDUCED);
    return value.map((item) => ({ element: listElement(item, schema, items), value: item, schema: items }));
  }
  return Object.entries(value as JsonObject).map(([name, child]) => ({
    element: `f:${name}`,
    value: child,
    schema: fieldSchema(schema, name),
  }));
}

export function isStructField(schema: Schema, element: string): boolean {
  return element.startsWith('f:') && schema.properties?.[element.slice(2)] !== undefined;
}

function listElement(item: Json, schema: Schema, itemSchema: Schema): string {
  if (listType(schema) === 'set') return `v:${JSON.stringify(item)}`;
  const keys: JsonObject = {};
  for (const name of (schema['x-kubernetes-list-map-keys'] ?? []).toSorted()) {
    const value = (isObject(item) ? item[name] : undefined) ?? fieldSchema(itemSchema, name).default;
    if (value !== undefined) keys[name] = value;
  }
  return `k:${JSON.stringify(keys)}`;
}

export const equal = (a: Json, b: Json): boolean => isDeepStrictEqual(a, b);
