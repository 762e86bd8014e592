import type { JSONSchemaProps } from '../definition.ts';
import { toCelValue } from './cel-values.ts';
import { child, equal, isObject, type JsonObject } from './json.ts';
import { oldItems } from './list-types.ts';
import { isTransition, judgeRule, type Violation } from './rule.ts';
import { fieldSchema } from './schema.ts';

/** What every x-kubernetes-validations rule says of the value and of what lies below it. */
export function validateRules(
  schema: JSONSchemaProps,
  value: unknown,
  path: string,
  old?: unknown,
): Violation[] {
  if (value === null || value === undefined) return [];
  const here = rulesHere(schema, value, path, old);
  if (Array.isArray(value)) return [...here, ...rulesOfItems(schema, value, path, old)];
  return isObject(value) ? [...here, ...rulesOfFields(schema, value, path, old)] : here;
}

function rulesOfItems(schema: JSONSchemaProps, items: unknown[], path: string, old: unknown): Violation[] {
  const before = oldItems(schema, old);
  return items.flatMap((item, index) =>
    validateRules(schema.items ?? {}, item, `${path}[${index}]`, before(item)),
  );
}

function rulesOfFields(schema: JSONSchemaProps, value: JsonObject, path: string, old: unknown): Violation[] {
  return Object.entries(value).flatMap(([name, each]) => {
    const field = fieldSchema(schema, name);
    const isNamed = schema.properties !== undefined && Object.hasOwn(schema.properties, name);
    const where = isNamed ? child(path, name) : `${path}[${name}]`;
    return field ? validateRules(field, each, where, isObject(old) ? old[name] : undefined) : [];
  });
}

function rulesHere(schema: JSONSchemaProps, value: unknown, path: string, old: unknown): Violation[] {
  const rules = schema['x-kubernetes-validations'] ?? [];
  const self = rules.length > 0 ? toCelValue(schema, value) : undefined;
  if (self === undefined) return [];
  const oldSelf = old === undefined || old === null ? undefined : toCelValue(schema, old);
  const judged = {
    type: schema.type ?? '',
    value,
    path,
    variables: oldSelf === undefined ? { self } : { self, oldSelf },
    isUnchanged: old !== undefined && equal(value, old),
  };
  return rules
    .filter((rule) => oldSelf !== undefined || !isTransition(rule))
    .flatMap((rule) => judgeRule(rule, judged));
}
