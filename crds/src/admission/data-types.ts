import type { JSONSchemaProps } from '../definition.ts';
import { type Cause, typeInvalid } from './cause.ts';

// Beyond this the API server's decoder makes a float of a number without fraction.
const MAX_INT = 2 ** 63;

/** The value is of one of the schema's types; a number without fraction is a number and an integer. */
export function validateType(schema: JSONSchemaProps, value: unknown, path: string): Cause[] {
  const types = typesOf(schema);
  if (types.length === 0 || (value === null && schema.nullable)) return [];
  const found = typeOf(value);
  if (types.includes(found) || (found === 'integer' && types.includes('number'))) return [];
  return isFormatted(schema)
    ? notOfFormat(schema.format ?? '', found, path)
    : [typeInvalid(path, types.join(','), found)];
}

/** With a format the API server names that, and what it found by Go's type; and it lets every list pass. */
function notOfFormat(format: string, found: string, path: string): Cause[] {
  if (found === 'array') return [];
  return [typeInvalid(path, format, TYPES_IN_GO[found] ?? found)];
}

const TYPES_IN_GO: Record<string, string> = { integer: 'int64', number: 'float64', boolean: '', object: '' };

/** Text has the schema's format. Formats that are not listed here are not checked. */
export function validateFormatted(schema: JSONSchemaProps, value: string, path: string): Cause[] {
  if (!isFormatted(schema)) return [];
  const known = FORMATS[schema.format ?? ''];
  return known === undefined || known(value) ? [] : [typeInvalid(path, schema.format ?? '', value)];
}

function isFormatted(schema: JSONSchemaProps): boolean {
  return schema.type === 'string' && schema.format !== undefined;
}

const INSTANT = /^(\d{4}-\d{2}-\d{2})[Tt]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/;

const FORMATS: Record<string, ((text: string) => boolean) | undefined> = {
  date: isDay,
  'date-time': (text) => isDay(INSTANT.exec(text)?.[1] ?? ''),
};

/** A day of the calendar: Date turns the 30th of February into a day of March. */
function isDay(text: string): boolean {
  const time = Date.parse(`${text}T00:00:00Z`);
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && new Date(time).toISOString().startsWith(text);
}

function typesOf(schema: JSONSchemaProps): string[] {
  if (schema['x-kubernetes-int-or-string']) return ['integer', 'string'];
  return schema.type === undefined ? [] : [schema.type];
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value !== 'number') return typeof value;
  return Number.isInteger(value) && Math.abs(value) < MAX_INT ? 'integer' : 'number';
}
