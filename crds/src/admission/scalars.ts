import type { JSONSchemaProps } from '../definition.ts';
import { type Cause, invalid, tooLong } from './cause.ts';

const patterns = new Map<string, RegExp>();

/** The first of length and pattern that fails. */
export function validateString(schema: JSONSchemaProps, value: string, path: string): Cause[] {
  // Characters are Unicode code points here, whatever the message says of bytes.
  const length = [...value].length;
  const { minLength = 0, maxLength = Infinity, pattern } = schema;
  if (length > maxLength) return [tooLong(path, maxLength)];
  if (length < minLength) {
    return [invalid(path, value, `${path} in body should be at least ${minLength} chars long`)];
  }
  if (pattern === undefined || compiled(pattern).test(value)) return [];
  return [invalid(path, value, `${path} in body should match '${pattern}'`)];
}

/** The API server's patterns are RE2; what both understand is what a definition should use. */
function compiled(pattern: string): RegExp {
  const known = patterns.get(pattern) ?? new RegExp(pattern, 'u');
  patterns.set(pattern, known);
  return known;
}

export function validateNumber(schema: JSONSchemaProps, value: number, path: string): Cause[] {
  const { minimum = -Infinity, maximum = Infinity, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema;
  const wrong = (words: string) => invalid(path, value, `${path} in body should be ${words}`);
  const causes: Cause[] = [];
  if (multipleOf !== undefined && value % multipleOf !== 0) causes.push(wrong(`a multiple of ${multipleOf}`));
  if (exclusiveMaximum ? value >= maximum : value > maximum) {
    causes.push(wrong(`less than ${exclusiveMaximum ? '' : 'or equal to '}${maximum}`));
  }
  if (exclusiveMinimum ? value <= minimum : value < minimum) {
    causes.push(wrong(`greater than ${exclusiveMinimum ? '' : 'or equal to '}${minimum}`));
  }
  return causes;
}
