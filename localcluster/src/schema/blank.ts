import type { Json, JsonObject } from '../types.ts';
import { resolve } from './kubernetes.ts';
import type { Schema } from './schema.ts';

const blanks = new WeakMap<Schema, JsonObject>();

/**
 * A Go type's zero value as JSON: the structs, lists and strings that are always there. A writer owns what it makes
 * of a new object compared with this, as a real API server has it.
 */
export function blank(schema: Schema): JsonObject {
  const known = blanks.get(schema);
  if (known) return known;
  const result: JsonObject = {};
  blanks.set(schema, result);
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const value = zero(property, schema.required?.includes(name) ?? false);
    if (value !== undefined) result[name] = value;
  }
  return result;
}

function zero(property: Schema, required: boolean): Json | undefined {
  const { default: given } = property;
  if (typeof given === 'object' && given !== null && Object.keys(given).length === 0)
    return blank(resolve(property));
  if (required && resolve(property).type === 'array') return [];
  return given;
}
