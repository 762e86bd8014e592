import type { JSONSchemaProps } from '../definition.ts';
import { type Cause, notSupported, required, tooMany, invalid } from './cause.ts';
import { validateFormatted, validateType } from './data-types.ts';
import { child, equal, isObject, type JsonObject } from './json.ts';
import { validateJunctors } from './junctors.ts';
import { oldItems } from './list-types.ts';
import { validateNumber, validateString } from './scalars.ts';
import { fieldSchema } from './schema.ts';

/**
 * What the schema itself says of a value, without its rules and list types. Keywords bind values of their own kind
 * only, whatever `type` says: text is not held by `minimum`.
 * @param old the value that stands; where nothing changed nothing is judged, so that a schema can be tightened
 *   without locking the objects that are there
 */
export function validateStructure(
  schema: JSONSchemaProps,
  value: unknown,
  path: string,
  old?: unknown,
): Cause[] {
  if (old !== undefined && equal(value, old)) return [];
  const causes = [...validateType(schema, value, path), ...validateEnum(schema, value, path)];
  if (value === null) return causes;
  causes.push(...validateJunctors(schema, path, (branch) => validateStructure(branch, value, path)));
  if (typeof value === 'string') {
    causes.push(...validateString(schema, value, path), ...validateFormatted(schema, value, path));
  } else if (typeof value === 'number') causes.push(...validateNumber(schema, value, path));
  else if (Array.isArray(value)) causes.push(...validateItems(schema, value, path, old));
  else if (isObject(value)) causes.push(...validateFields(schema, value, path, isObject(old) ? old : {}));
  return causes;
}

function validateEnum(schema: JSONSchemaProps, value: unknown, path: string): Cause[] {
  // A fraction is of the wrong type for an integer, which is told already; only its whole part is looked up.
  const sought = schema.type === 'integer' && typeof value === 'number' ? Math.trunc(value) : value;
  if (schema.enum === undefined || schema.enum.some((allowed) => equal(allowed, sought))) return [];
  return [notSupported(path, value, schema.enum)];
}

function validateItems(schema: JSONSchemaProps, items: unknown[], path: string, old: unknown): Cause[] {
  const before = oldItems(schema, old);
  const { items: itemSchema, minItems = 0, maxItems = Infinity } = schema;
  const causes = itemSchema
    ? items.flatMap((item, index) => validateStructure(itemSchema, item, `${path}[${index}]`, before(item)))
    : [];
  const count = items.length;
  if (count < minItems) {
    causes.push(invalid(path, count, `${path} in body should have at least ${minItems} items`));
  }
  if (count > maxItems) causes.push(tooMany(path, count, maxItems));
  return causes;
}

function validateFields(schema: JSONSchemaProps, value: JsonObject, path: string, old: JsonObject): Cause[] {
  const { minProperties = 0, maxProperties = Infinity } = schema;
  const names = Object.keys(value);
  const causes = requiredBy(schema)
    .filter((name) => !Object.hasOwn(value, name))
    .map((name) => required(child(path, name)));
  const count = names.length;
  if (count < minProperties) {
    causes.push(invalid(path, count, `${path} in body should have at least ${minProperties} properties`));
  }
  if (count > maxProperties) causes.push(tooMany(path, count, maxProperties));
  const below = names.flatMap((name) => {
    const field = fieldSchema(schema, name);
    return field ? validateStructure(field, value[name], child(path, name), old[name]) : [];
  });
  return [...causes, ...below];
}

function requiredBy(schema: JSONSchemaProps): string[] {
  const named = schema.required ?? [];
  return schema['x-kubernetes-embedded-resource'] ? ['apiVersion', 'kind', ...named] : named;
}
