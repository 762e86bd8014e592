import type { JSONSchemaProps } from '../definition.ts';
import { type Cause, invalid, NO_FIELD } from './cause.ts';

/**
 * anyOf, oneOf, allOf and not.
 * @param validate what one branch says of the value
 */
export function validateJunctors(
  schema: JSONSchemaProps,
  path: string,
  validate: (branch: JSONSchemaProps) => Cause[],
): Cause[] {
  const failures = (branches: readonly JSONSchemaProps[] = []) => branches.map((branch) => validate(branch));
  return [
    ...anyOf(failures(schema.anyOf), path),
    ...oneOf(failures(schema.oneOf), path),
    ...allOf(failures(schema.allOf), path),
    ...not(schema.not && validate(schema.not), path),
  ];
}

/** Where no branch holds, the first branch's failures are told too. */
function anyOf(failures: readonly Cause[][], path: string): Cause[] {
  if (failures.length === 0 || failures.some(isEmpty)) return [];
  return [broken(path, 'must validate at least one schema (anyOf)'), ...(failures[0] ?? [])];
}

function oneOf(failures: readonly Cause[][], path: string): Cause[] {
  const valid = failures.filter(isEmpty).length;
  if (failures.length === 0 || valid === 1) return [];
  const words = 'must validate one and only one schema (oneOf).';
  if (valid > 1) return [broken(path, `${words} Found ${valid} valid alternatives`)];
  return [broken(path, `${words} Found none valid`), ...(failures[0] ?? [])];
}

function allOf(failures: readonly Cause[][], path: string): Cause[] {
  if (failures.every(isEmpty)) return [];
  const none = failures.some(isEmpty) ? '' : '. None validated';
  return [...failures.flat(), broken(path, `must validate all the schemas (allOf)${none}`)];
}

function not(failures: readonly Cause[] | undefined, path: string): Cause[] {
  return failures && isEmpty(failures) ? [broken(path, 'must not validate the schema (not)')] : [];
}

function isEmpty(failures: readonly Cause[]): boolean {
  return failures.length === 0;
}

function broken(path: string, words: string): Cause {
  return invalid(NO_FIELD, '', `"${path}" ${words}`);
}
