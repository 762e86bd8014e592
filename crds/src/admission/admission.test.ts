import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { schemaOf } from '../definitions.ts';
import { admit } from './index.ts';
import { type Answer, comparable } from './real/answer.ts';
import { askEngine } from './real/ask-engine.ts';
import { CASES, DEFINITIONS, nameOfCase } from './real/cases.ts';
import { objectsOf } from './real/objects.ts';

const golden = JSON.parse(readFileSync(new URL('real-answers.golden.json', import.meta.url), 'utf8'));
const answers: Record<string, Answer> = golden.answers;

describe('the engine answers as a real API server does', () => {
  test.each(CASES.map((each) => [nameOfCase(each), each] as const))('%s', (name, each) => {
    const real = answers[name];
    if (real === undefined) throw new Error('not recorded yet: run real/record.ts');
    expect(comparable(askEngine(each))).toEqual(comparable(real));
  });

  test('no recorded answer lacks its case', () => {
    expect(Object.keys(answers)).toEqual(CASES.map(nameOfCase));
  });
});

describe('for any object', () => {
  test.each(DEFINITIONS.map((definition) => [definition.spec.names.kind, definition] as const))(
    'of kind %s the engine answers, leaves what was given as it is, and has nothing to change a second time',
    (_kind, definition) => {
      const schema = schemaOf(definition, definition.spec.versions[0]?.name);
      fc.assert(
        fc.property(objectsOf(definition), (object) => {
          const before = structuredClone(object);
          const once = admit(schema, object);
          expect(object).toEqual(before);
          expect(admit(schema, once.object)).toEqual({ ...once, warnings: [] });
        }),
        { numRuns: 50 },
      );
    },
  );
});
