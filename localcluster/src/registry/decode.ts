import { ApiError } from '../api/api-error.ts';
import { resolve } from '../schema/kubernetes.ts';
import { mapOf, type Schema } from '../schema/schema.ts';
import { isObject, type Json, type JsonObject } from '../types.ts';
import type { Resource } from './resource.ts';

class TypeMismatch extends Error {
  readonly path: string;
  /** Where Go's decoder says it is: a map's values are not told apart. */
  goPath: string;
  readonly wanted: string;
  readonly value: Json;

  constructor(path: string, wanted: string, value: Json) {
    super(`${path}: expected ${wanted}, got ${JSON.stringify(value).slice(0, 80)}`);
    this.path = path;
    this.goPath = path;
    this.wanted = wanted;
    this.value = value;
  }

  /** In the words of Go's decoder, as a real API server passes them on. */
  inGo(kind: string): string {
    const given = Array.isArray(this.value)
      ? 'array'
      : typeof this.value === 'boolean'
        ? 'bool'
        : typeof this.value;
    const field = `${kind}.${this.goPath.replaceAll(/\[\d+\]/g, '')}`;
    return `json: cannot unmarshal ${given} into Go struct field ${field} of type ${this.wanted}`;
  }
}

export interface Decoded {
  object: JsonObject;
  /** Paths that the schema does not know, as `spec.foo`. */
  unknown: string[];
}

/**
 * Reads an object as a kind's Go type would: nulls and unknown fields go, structs that are always there appear.
 * @throws ApiError 400 on a value of the wrong type
 */
export function decode(resource: Resource, body: JsonObject): Decoded {
  const unknown: string[] = [];
  try {
    const object = walk(body, resource.schema, '', unknown) as JsonObject;
    return { object, unknown: unknown.toSorted() };
  } catch (error) {
    if (error instanceof TypeMismatch) throw cannotDecode(resource, error.inGo(resource.kind));
    throw error;
  }
}

function walk(value: Json, schema: Schema, path: string, unknown: string[]): Json {
  if (value === null) return null;
  const mismatch = wrongType(value, schema);
  if (mismatch) throw new TypeMismatch(path, mismatch, value);
  if (Array.isArray(value)) {
    const items = resolve(schema.items ?? {});
    return value.map((item, index) => walk(item, items, `${path}[${index}]`, unknown));
  }
  if (!isObject(value)) return value;
  if (schema.properties) return walkStruct(value, schema, path, unknown);
  const values = mapOf(schema);
  if (!values) return value;
  const below = resolve(values);
  try {
    return mapObject(value, (item, name) => walk(item, below, join(path, name), unknown));
  } catch (error) {
    if (error instanceof TypeMismatch) error.goPath = path;
    throw error;
  }
}

function walkStruct(value: JsonObject, schema: Schema, path: string, unknown: string[]): Json {
  const result: JsonObject = {};
  for (const [name, item] of Object.entries(value)) {
    const property = schema.properties?.[name];
    if (property) {
      const field = resolve(property);
      if (item !== null && !isOmitted(item, field, name, schema)) {
        result[name] = walk(item, field, join(path, name), unknown);
      }
    } else if (schema['x-kubernetes-preserve-unknown-fields']) result[name] = item;
    else unknown.push(join(path, name));
  }
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    if (name in result || !isEmptyObject(property.default) || name === 'metadata') continue;
    result[name] = walk({}, resolve(property), join(path, name), unknown);
  }
  return result;
}

/** Go leaves out maps and lists that are empty (omitempty), not structs. */
function isOmitted(item: Json, field: Schema, name: string, parent: Schema): boolean {
  if (typeof item !== 'object' || item === null || Object.keys(item).length > 0) return false;
  const collection = Array.isArray(item) || (isObject(item) && mapOf(field) !== undefined);
  return collection && !parent.required?.includes(name);
}

function isEmptyObject(value: Json | undefined): boolean {
  return isObject(value) && Object.keys(value).length === 0;
}

function mapObject(value: JsonObject, change: (item: Json, name: string) => Json): JsonObject {
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, change(item, name)]));
}

const TYPES: Record<string, (value: Json) => boolean> = {
  array: (value) => Array.isArray(value),
  boolean: (value) => typeof value === 'boolean',
  integer: (value) => Number.isInteger(value),
  number: (value) => typeof value === 'number',
  object: isObject,
  string: (value) => typeof value === 'string',
};

function wrongType(value: Json, { type, oneOf }: Schema): string | undefined {
  const types = oneOf ? oneOf.flatMap((one) => one.type ?? []) : type === undefined ? [] : [type];
  if (types.length === 0 || types.some((name) => TYPES[name]?.(value))) return undefined;
  return types.join(' or ');
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

function cannotDecode(resource: Resource, why: string): ApiError {
  const { kind, version } = resource;
  const message = `${kind} in version "${version}" cannot be handled as a ${kind}: ${why}`;
  return new ApiError(400, 'BadRequest', message);
}

/** Server-side apply knows no warning: a field outside the schema is refused, as is a value of the wrong type. */
export function refuseUndeclared(resource: Resource, config: JsonObject, where: string): void {
  const { group, version, kind } = resource;
  const what = `failed to create typed patch object (${where}; ${group}/${version}, Kind=${kind})`;
  const unknown: string[] = [];
  try {
    walk(config, resource.schema, '', unknown);
  } catch (error) {
    throw new ApiError(500, undefined, `${what}: .${(error as TypeMismatch).message}`);
  }
  const [first] = unknown.toSorted();
  if (first !== undefined)
    throw new ApiError(500, undefined, `${what}: .${first}: field not declared in schema`);
}
