import { parse } from 'yaml';
import { isObject, type Json, type JsonObject } from '../types.ts';
import { badRequest } from './api-error.ts';

/** @throws ApiError 400 */
function parseJson(text: string, kind: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw badRequest(
      `the object provided is unrecognized (must be of type ${kind}): couldn't get version/kind; json parse error: ${why}`,
    );
  }
}

export function parseObject(text: string, kind: string): JsonObject {
  const value = parseJson(text, kind);
  if (!isObject(value)) throw badRequest(`the object provided is unrecognized (must be of type ${kind})`);
  return value;
}

/** Server-side apply sends YAML, of which JSON is a part. @throws ApiError 400 */
export function parseYaml(text: string): JsonObject {
  let value: unknown;
  try {
    value = parse(text);
  } catch (error) {
    throw badRequest(`error decoding YAML: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (!isObject(value)) throw badRequest('error decoding YAML: an object is needed');
  return value;
}

/** @throws ApiError 400 as a real API server words it */
export function parsePatch(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    throw badRequest(`error decoding patch: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Fields given twice in one JSON object, as `data.x`: strict validation refuses them. */
export function duplicateFields(text: string): string[] {
  const found = new Set<string>();
  const stack: { path: string; names: Set<string>; list: boolean; index: number }[] = [];
  let name = '';
  const tokens = /"(?:[^"\\]|\\.)*"(?<colon>\s*:)?|[{}[\],]/g;
  for (const { 0: token, groups } of text.matchAll(tokens)) {
    const top = stack.at(-1);
    if (groups?.colon) {
      name = JSON.parse(token.slice(0, -groups.colon.length)) as string;
      const path = top?.path ? `${top.path}.${name}` : name;
      if (top?.names.has(name)) found.add(path);
      top?.names.add(name);
    } else if (token === '{' || token === '[') {
      const at = top
        ? top.list
          ? `${top.path}[${top.index}]`
          : top.path
            ? `${top.path}.${name}`
            : name
        : '';
      stack.push({ path: at, names: new Set(), list: token === '[', index: 0 });
    } else if (token === '}' || token === ']') stack.pop();
    else if (token === ',' && top?.list) top.index += 1;
  }
  return [...found];
}
