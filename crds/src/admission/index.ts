import type { JSONSchemaProps } from '../definition.ts';
import { type Cause, invalid, NO_FIELD, type Reason } from './cause.ts';
import { fillDefaults } from './defaults.ts';
import type { JsonObject } from './json.ts';
import { validateListTypes } from './list-types.ts';
import { prune } from './prune.ts';
import { validateRules } from './rules.ts';
import { validateScale } from './scale.ts';
import { asResource } from './schema.ts';
import { validateStructure } from './structural.ts';

export type { Cause, Reason } from './cause.ts';
export { fillDefaults } from './defaults.ts';

export interface Admission {
  /** What is stored: a copy without unknown fields, defaults filled. */
  object: JsonObject;
  /**
   * One for each unknown field, as strict validation tells them: `unknown field "spec.foo"`. On an update also one for
   * each rule that is broken as it was before: what does not change is not refused.
   */
  warnings: string[];
  /** Empty when the object is accepted. */
  causes: Cause[];
}

const BLOCKING: ReadonlySet<Reason> = new Set<Reason>([
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
  'FieldValueNotSupported',
]);
const NOT_CHECKED =
  'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation';

/**
 * Treats an object as a kube-apiserver 1.35 treats a custom resource: prunes, fills defaults, validates by schema and
 * by CEL rules. Held equal to a real server's answers by real-answers.golden.json. Not covered: the metadata's own
 * rules (names, labels), which hold for every kind.
 * @param old the object that stands, for an update
 * @param specReplicasPath of the scale subresource, where the definition has one
 */
export function admit(
  schema: JSONSchemaProps,
  given: JsonObject,
  old?: JsonObject,
  specReplicasPath?: string,
): Admission {
  const object = structuredClone(given);
  const warnings = prune(schema, object).map((path) => `unknown field "${path}"`);
  fillDefaults(schema, object);
  const causes = [
    ...validateStructure(schema, object, '', old),
    ...(specReplicasPath ? validateScale(specReplicasPath, object) : []),
    ...(old && validateListTypes(schema, old, '').length > 0 ? [] : validateListTypes(schema, object, '')),
  ];
  if (causes.some(({ reason }) => BLOCKING.has(reason))) {
    // Rules may take the types for granted, so with these errors the API server does not ask them.
    causes.push(invalid(NO_FIELD, null, NOT_CHECKED));
    return { object, warnings, causes };
  }
  for (const { cause, isTolerated } of validateRules(asResource(schema), object, '', old)) {
    if (isTolerated) warnings.push(`${cause.field}: ${cause.message}`);
    else causes.push(cause);
  }
  return { object, warnings, causes };
}
