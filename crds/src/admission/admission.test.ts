import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JSONSchemaProps } from '../definition.ts';
import { schemaOf } from '../definitions.ts';
import { type Admission, admit } from './index.ts';
import { CASES, DEFINITIONS } from './real/cases.ts';
import type { Case } from './real/case.ts';
import type { Answer } from './real/api-server.ts';

const golden = JSON.parse(readFileSync(new URL('real-answers.golden.json', import.meta.url), 'utf8'));
const answers: Record<string, Answer> = golden.answers;

describe('the engine answers as a real API server does', () => {
  test.each(CASES.map((each) => [`${each.plural}: ${each.name}`, each] as const))('%s', (name, each) => {
    const real = answers[name];
    const ours = ask(each);
    expect(real, 'not recorded yet: run real/record.ts').toBeDefined();
    expect(ours.warnings).toEqual(real?.warnings);
    expect(ours.causes.map(line).sort()).toEqual(real?.causes.map(line).sort());
    if (real?.object) {
      const { name: given } = ours.object['metadata'] as { name: string };
      expect({ ...ours.object, metadata: { name: given } }).toEqual(real.object);
    }
  });

  test('and no recorded answer lacks its case', () => {
    expect(Object.keys(answers).length).toBe(CASES.length);
  });
});

describe('for any JSON in any field', () => {
  const schemas = DEFINITIONS.map((definition) => schemaOf(definition, definition.spec.versions[0]?.name));
  const names = fc.constantFrom(...new Set(schemas.flatMap(fieldNames)));
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      fc.oneof(fc.constantFrom(null, '1', 'auc', 'file:///a'), fc.jsonValue({ maxDepth: 0 })),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(names, tie('value'), { maxKeys: 4 }),
    ),
  }));
  const objects = fc.record({ metadata: fc.constant({ name: 'a' }), spec: value });

  test('the engine answers, leaves the given object as it is, and changes nothing the second time', () => {
    fc.assert(
      fc.property(fc.constantFrom(...schemas), objects, (schema, object) => {
        const before = structuredClone(object);
        const once = admit(schema, object);
        const twice = admit(schema, once.object);
        expect(object).toEqual(before);
        expect(twice).toEqual({ ...once, warnings: [] });
      }),
    );
  });
});

function fieldNames(schema: JSONSchemaProps): string[] {
  const { properties = {}, items, additionalProperties } = schema;
  const below = Object.values(properties);
  if (items) below.push(items);
  if (typeof additionalProperties === 'object') below.push(additionalProperties);
  return [...Object.keys(properties), ...below.flatMap(fieldNames)];
}

function ask({ plural, object, old }: Case): Admission {
  const definition = DEFINITIONS.find((each) => each.spec.names.plural === plural);
  if (definition === undefined) throw new Error(`no definition of ${plural}`);
  const [version] = definition.spec.versions;
  const schema = schemaOf(definition, version?.name);
  const standing = old && admit(schema, old).object;
  return admit(schema, object, standing, version?.subresources?.scale?.specReplicasPath);
}

// The real server walks its maps in random order, so the order of its causes says nothing.
const line = ({ field, reason, message }: { field?: string; reason?: string; message: string }) =>
  `${field} ${reason} ${message}`;
