import { ApiError, badRequest, unprocessable } from '../api/api-error.ts';
import { equal, fieldSchema } from '../apply/items.ts';
import { resolve } from '../schema/kubernetes.ts';
import type { Schema } from '../schema/schema.ts';
import { isObject, type Json, type JsonObject } from '../types.ts';

/** RFC 7386: objects merge, null removes, everything else replaces. */
export function mergePatch(target: Json | undefined, patch: Json): Json {
  if (!isObject(patch)) return patch;
  const result: JsonObject = isObject(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete result[name];
    else result[name] = mergePatch(result[name], value);
  }
  return result;
}

interface Operation {
  op: string;
  path: string;
  from?: string;
  value?: Json;
}

/** RFC 6902. @throws ApiError 422 when an operation does not fit the object */
export function jsonPatch(target: Json, patch: Json): Json {
  if (!Array.isArray(patch)) {
    const given = isObject(patch) ? 'object' : typeof patch === 'boolean' ? 'bool' : typeof patch;
    const why = `json: cannot unmarshal ${given} into Go value of type []handlers.jsonPatchOp`;
    throw badRequest(`error decoding patch: ${why}`);
  }
  let result = structuredClone(target);
  for (const operation of patch as unknown as Operation[]) result = operate(result, operation);
  return result;
}

function operate(document: Json, { op, path, from, value }: Operation): Json {
  if (op === 'test') {
    if (!equal(read(document, path), value ?? null)) throw doesNotFit();
    return document;
  }
  if (op === 'move' || op === 'copy') {
    const moved = structuredClone(read(document, from ?? ''));
    return write(op === 'move' ? write(document, from ?? '', undefined, true) : document, path, moved, false);
  }
  if (!['add', 'remove', 'replace'].includes(op)) throw doesNotFit();
  if (op !== 'add') read(document, path);
  return write(document, path, op === 'remove' ? undefined : (value ?? null), op === 'replace');
}

const doesNotFit = (): ApiError =>
  unprocessable('the server rejected our request due to an error in our request');

function pointer(path: string): string[] {
  return path
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function read(document: Json, path: string): Json {
  let current: Json | undefined = document;
  for (const part of pointer(path)) {
    current = Array.isArray(current) ? current[Number(part)] : isObject(current) ? current[part] : undefined;
    if (current === undefined) throw doesNotFit();
  }
  return current;
}

/** Sets (or with undefined removes) what the path names; in lists a value is inserted unless `replace`. */
function write(document: Json, path: string, value: Json | undefined, replace: boolean): Json {
  const parts = pointer(path);
  const last = parts.pop();
  if (last === undefined) return value ?? null;
  const parent = read(document, ['', ...parts.map(escape)].join('/'));
  if (Array.isArray(parent)) {
    const index = last === '-' ? parent.length : Number(last);
    if (value === undefined) parent.splice(index, 1);
    else parent.splice(index, replace ? 1 : 0, value);
  } else if (isObject(parent)) {
    if (value === undefined) delete parent[last];
    else parent[last] = value;
  }
  return document;
}

function escape(part: string): string {
  return part.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** A strategic merge patch of a built-in kind: lists with a merge key merge item by item. */
export function strategicPatch(target: Json | undefined, patch: Json, schema: Schema): Json {
  if (!isObject(patch)) return patch;
  if (patch.$patch === 'replace') return without(patch, '$patch');
  const result: JsonObject = isObject(target) ? { ...target } : {};
  const retain = Array.isArray(patch.$retainKeys) ? patch.$retainKeys : undefined;
  for (const name of retain ? Object.keys(result) : []) if (!retain?.includes(name)) delete result[name];
  for (const [name, value] of Object.entries(patch)) {
    if (name.startsWith('$')) continue;
    const below = fieldSchema(schema, name);
    if (value === null) delete result[name];
    else if (Array.isArray(value)) result[name] = patchList(result[name], value, below);
    else result[name] = strategicPatch(result[name], value, below);
  }
  removePrimitives(result, patch);
  return result;
}

function removePrimitives(result: JsonObject, patch: JsonObject): void {
  const prefix = '$deleteFromPrimitiveList/';
  for (const [name, values] of Object.entries(patch)) {
    const list = result[name.slice(prefix.length)];
    if (!name.startsWith(prefix) || !Array.isArray(list) || !Array.isArray(values)) continue;
    result[name.slice(prefix.length)] = list.filter((item) => !values.includes(item));
  }
}

function patchList(target: Json | undefined, patch: Json[], schema: Schema): Json[] {
  if (!schema['x-kubernetes-patch-strategy']?.includes('merge')) return patch;
  const key = schema['x-kubernetes-patch-merge-key'];
  const result = Array.isArray(target) ? [...target] : [];
  if (key === undefined) return [...new Set([...result, ...patch])];
  const items = resolve(schema.items ?? {});
  for (const item of patch) {
    if (!isObject(item)) throw new ApiError(400, 'BadRequest', 'a list with a merge key holds objects');
    const index = result.findIndex((one) => isObject(one) && equal(one[key] ?? null, item[key] ?? null));
    if (item.$patch === 'delete') {
      if (index >= 0) result.splice(index, 1);
    } else if (index < 0) result.push(item);
    else result[index] = strategicPatch(result[index], item, items);
  }
  return result;
}

function without(object: JsonObject, name: string): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([key]) => key !== name));
}
