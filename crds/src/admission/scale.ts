import { type Cause, invalid } from './cause.ts';
import { isObject, type JsonObject } from './json.ts';

const MAX = 2 ** 31 - 1;

/**
 * What the scale subresource asks of an object, beside its schema.
 * @param path such as `.spec.serving.replicas`
 */
export function validateScale(path: string, object: JsonObject): Cause[] {
  const names = path.split('.').slice(1);
  let value: unknown = object;
  for (const [index, name] of names.entries()) {
    if (!isObject(value)) {
      const reached = `.${names.slice(0, index + 1).join('.')}`;
      return [inaccessible(path, reached, value, 'map[string]interface{}')];
    }
    value = value[name];
    if (value === undefined) return [];
  }
  if (!Number.isSafeInteger(value)) return [inaccessible(path, path, value, 'int64')];
  if (Number(value) < 0) return [invalid(path, value, 'should be a non-negative integer')];
  return Number(value) > MAX ? [invalid(path, value, `should be less than or equal to ${MAX}`)] : [];
}

function inaccessible(path: string, reached: string, value: unknown, expected: string): Cause {
  const [text, type] = inGo(value);
  return invalid(path, 0, `${reached} accessor error: ${text} is of the type ${type}, expected ${expected}`);
}

/** A value and its type as Go prints them. */
function inGo(value: unknown): [text: string, type: string] {
  if (value === null) return ['<nil>', '<nil>'];
  if (Array.isArray(value)) return [`[${value.map((item) => inGo(item)[0]).join(' ')}]`, '[]interface {}'];
  if (typeof value === 'number') return [String(value), Number.isSafeInteger(value) ? 'int64' : 'float64'];
  if (typeof value === 'boolean') return [String(value), 'bool'];
  if (typeof value === 'string') return [value, 'string'];
  const fields = Object.entries(value as JsonObject).sort();
  return [
    `map[${fields.map(([name, each]) => `${name}:${inGo(each)[0]}`).join(' ')}]`,
    'map[string]interface {}',
  ];
}
