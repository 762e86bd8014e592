import type { CelInput } from '@bufbuild/cel';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { JSONSchemaProps } from '../definition.ts';
import { isObject, type JsonObject } from './json.ts';

/**
 * The value as rules see it: typed by the schema, without what the schema does not know. Nor what is of another type:
 * that stands only in objects that were stored before their schema was tightened.
 */
export function toCelValue(schema: JSONSchemaProps, value: unknown): CelInput | undefined {
  if (value === null) return null;
  if (schema['x-kubernetes-int-or-string']) return toIntOrString(value);
  switch (schema.type) {
    case 'integer':
      return Number.isInteger(value) ? BigInt(value as number) : undefined;
    case 'number':
      return typeof value === 'number' ? value : undefined;
    case 'boolean':
      return typeof value === 'boolean' ? value : undefined;
    case 'string':
      return typeof value === 'string' ? toText(schema, value) : undefined;
    case 'array':
      return Array.isArray(value) ? toList(schema, value) : undefined;
    case 'object':
      return isObject(value) ? toMap(schema, value) : undefined;
    case undefined:
      return undefined;
  }
}

function toIntOrString(value: unknown): CelInput | undefined {
  if (Number.isInteger(value)) return BigInt(value as number);
  return typeof value === 'string' ? value : undefined;
}

function toText(schema: JSONSchemaProps, value: string): CelInput | undefined {
  if (schema.format !== 'date-time') return value;
  const time = new Date(value);
  return Number.isNaN(time.getTime()) ? undefined : timestampFromDate(time);
}

function toList(schema: JSONSchemaProps, items: unknown[]): CelInput {
  return items.map((item) => toCelValue(schema.items ?? {}, item)).filter((item) => item !== undefined);
}

function toMap(schema: JSONSchemaProps, value: JsonObject): CelInput {
  const { properties, additionalProperties } = schema;
  const entries = Object.entries(value).map(([name, each]) => {
    const field = properties?.[name];
    if (field) return [escapeName(name), toCelValue(field, each)] as const;
    return [
      name,
      typeof additionalProperties === 'object' ? toCelValue(additionalProperties, each) : undefined,
    ] as const;
  });
  return new Map(entries.filter((entry): entry is [string, CelInput] => entry[1] !== undefined));
}

// https://kubernetes.io/docs/reference/using-api/cel/#escaping
const RESERVED = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
);
const ESCAPES: Record<string, string> = {
  __: '__underscores__',
  '.': '__dot__',
  '-': '__dash__',
  '/': '__slash__',
};

function escapeName(name: string): string {
  if (RESERVED.has(name)) return `__${name}__`;
  return name.replaceAll(/__|[.\-/]/g, (text) => ESCAPES[text] ?? text);
}
