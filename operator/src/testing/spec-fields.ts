import { type JSONSchemaProps, readDefinitions, schemaOf } from '@stockout/crds';

/**
 * Every field of a kind's spec that holds a value, as the schema has it: `spec.training.tolerations[].key`; the values of a
 * map are `spec.serving.service.annotations.any`.
 */
export function specFields(kind: string): string[] {
  const definition = readDefinitions().find(({ spec }) => spec.names.kind === kind);
  const spec = definition && schemaOf(definition).properties?.['spec'];
  return spec === undefined ? [] : fieldsIn(spec, 'spec');
}

function fieldsIn({ properties, items, additionalProperties }: JSONSchemaProps, path: string): string[] {
  if (properties !== undefined) {
    return Object.entries(properties).flatMap(([name, field]) => fieldsIn(field, `${path}.${name}`));
  }
  if (items !== undefined) return fieldsIn(items, `${path}[]`);
  if (typeof additionalProperties === 'object') return fieldsIn(additionalProperties, `${path}.any`);
  return [path];
}

/** A copy in which this one field says this, of a list its first item. */
export function withField<T extends object>(object: T, path: string, value: unknown): T {
  const copy = structuredClone(object);
  const steps = path.replaceAll('[]', '.0').split('.');
  let at = copy as Record<string, unknown>;
  for (const [index, step] of steps.entries()) {
    if (index === steps.length - 1) at[step] = value;
    else at[step] ??= steps[index + 1] === '0' ? [] : {};
    at = at[step] as Record<string, unknown>;
  }
  return copy;
}
