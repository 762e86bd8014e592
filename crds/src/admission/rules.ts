import type { JSONSchemaProps, ValidationRule } from '../definition.ts';
import * as cause from './cause.ts';
import { evaluate, type Variables } from './cel.ts';
import { toCelValue } from './cel-values.ts';
import { child, equal, isObject } from './json.ts';
import { keyOf } from './list-types.ts';
import { fieldSchema } from './schema.ts';

type Cause = cause.Cause;

/** The verdict of every x-kubernetes-validations rule on the value and what lies below it. */
export function validateRules(schema: JSONSchemaProps, value: unknown, path: string, old?: unknown): Cause[] {
  if (value === null || value === undefined) return [];
  const here = rulesHere(schema, value, path, old);
  if (Array.isArray(value)) {
    const before = oldItems(schema, old);
    return [
      ...here,
      ...value.flatMap((item, index) =>
        validateRules(schema.items ?? {}, item, `${path}[${index}]`, before(item)),
      ),
    ];
  }
  if (!isObject(value)) return here;
  const below = Object.entries(value).flatMap(([name, each]) => {
    const field = fieldSchema(schema, name);
    const known = schema.properties !== undefined && name in schema.properties;
    const where = known ? child(path, name) : `${path}[${name}]`;
    return field ? validateRules(field, each, where, isObject(old) ? old[name] : undefined) : [];
  });
  return [...here, ...below];
}

/** Items can be told apart, and so compared with what stood before, only in a list of type map. */
function oldItems(schema: JSONSchemaProps, old: unknown): (item: unknown) => unknown {
  if (!Array.isArray(old) || schema['x-kubernetes-list-type'] !== 'map') return () => undefined;
  return (item) => old.find((each) => equal(keyOf(schema, each), keyOf(schema, item)));
}

function rulesHere(schema: JSONSchemaProps, value: unknown, path: string, old: unknown): Cause[] {
  const rules = schema['x-kubernetes-validations'] ?? [];
  if (rules.length === 0) return [];
  const self = toCelValue(schema, value);
  if (self === undefined) return [];
  const oldSelf = old === undefined || old === null ? undefined : toCelValue(schema, old);
  const variables = oldSelf === undefined ? { self } : { self, oldSelf };
  const unchanged = old !== undefined && equal(value, old);
  return rules
    .filter((rule) => (isTransition(rule) ? oldSelf !== undefined : !unchanged))
    .flatMap((rule) => judge(rule, schema, value, path, variables));
}

/** A rule on how a value changes; it is not asked where there is nothing to compare with. */
function isTransition({ rule }: ValidationRule): boolean {
  return /\boldSelf\b/.test(rule);
}

function judge(
  rule: ValidationRule,
  schema: JSONSchemaProps,
  value: unknown,
  path: string,
  variables: Variables,
): Cause[] {
  const where = path || cause.NO_FIELD;
  const outcome = evaluate(rule.rule, variables);
  if ('error' in outcome) {
    return [
      cause.invalid(
        where,
        schema.type ?? 'dyn',
        `${outcome.error} evaluating rule: ${rule.message ?? rule.rule}`,
      ),
    ];
  }
  if (outcome.value === true) return [];
  const field = rule.fieldPath ? path + rule.fieldPath : where;
  return [violated(rule, field, value, messageOf(rule, variables))];
}

function messageOf(rule: ValidationRule, variables: Variables): string {
  const told = rule.messageExpression ? evaluate(rule.messageExpression, variables) : undefined;
  const words = told && 'value' in told ? String(told.value).trim() : '';
  if (words !== '' && !words.includes('\n')) return words;
  return rule.message ?? `failed rule: ${rule.rule}`;
}

function violated(rule: ValidationRule, field: string, value: unknown, message: string): Cause {
  const shown = typeof value === 'object' ? undefined : value;
  switch (rule.reason) {
    case 'FieldValueForbidden':
      return cause.forbidden(field, message);
    case 'FieldValueRequired':
      return cause.required(field, message);
    case 'FieldValueDuplicate':
      return cause.duplicate(field, shown);
    default:
      return shown === undefined
        ? cause.invalidUnshown(field, message)
        : cause.invalid(field, shown, message);
  }
}
