import * as fc from 'fast-check';
import type { CustomResourceDefinition, JSONSchemaProps } from '../../definition.ts';

const SCALARS = [
  null,
  true,
  0,
  1,
  -1,
  400,
  1.5,
  '',
  '1',
  '0.5',
  'a<b',
  'v1',
  'auc',
  'file:///a',
  '2026-01-01T00:00:00Z',
];
const KEYS = fc.constantFrom('a', 'b', 'name', 'c.d/e');

const scalar = fc.oneof(fc.constantFrom(...SCALARS), fc.string({ maxLength: 3 }));
const stray = fc.oneof(
  scalar,
  fc.array(scalar, { maxLength: 2 }),
  fc.dictionary(KEYS, scalar, { maxKeys: 2 }),
);

/** Objects of a definition's first version. */
export function objectsOf({ spec }: CustomResourceDefinition): fc.Arbitrary<Record<string, unknown>> {
  const [version] = spec.versions;
  const { properties } = version?.schema.openAPIV3Schema ?? {};
  return fc.record({
    apiVersion: fc.constant(`${spec.group}/${version?.name}`),
    kind: fc.constant(spec.names.kind),
    metadata: fc.constant({ name: 'generated', namespace: 'default' }),
    spec: valuesOf(properties?.['spec'] ?? {}),
  });
}

/** Values that are near to what a schema asks: mostly of its type, some fields missing, some of another type. */
function valuesOf(schema: JSONSchemaProps): fc.Arbitrary<unknown> {
  // A list in a field with a format passes the real server's schema and fails its rules: not worth following.
  const wrong = schema.format ? scalar : stray;
  return fc.oneof({ weight: 40, arbitrary: typed(schema) }, { weight: 1, arbitrary: wrong });
}

function typed(schema: JSONSchemaProps): fc.Arbitrary<unknown> {
  const { additionalProperties, items } = schema;
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (schema.properties) return fields(schema.properties, schema.required ?? []);
  if (typeof additionalProperties === 'object')
    return fc.dictionary(KEYS, valuesOf(additionalProperties), { maxKeys: 4 });
  if (items) return fc.array(valuesOf(items), { maxLength: 4 });
  if (schema.type === 'integer') return fc.integer({ min: -1, max: 12 });
  return schema.type === 'boolean' ? fc.boolean() : scalar;
}

/** Now and then without one that is required. */
function fields(properties: Record<string, JSONSchemaProps>, required: string[]): fc.Arbitrary<unknown> {
  const each = Object.entries(properties).map(([name, schema]) => {
    const [absent, present] = required.includes(name) ? [1, 20] : [3, 1];
    const nothing = { weight: absent, arbitrary: fc.constant(undefined) };
    return [name, fc.oneof(nothing, { weight: present, arbitrary: valuesOf(schema) })] as const;
  });
  return fc
    .record(Object.fromEntries(each))
    .map((object) => Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)));
}
