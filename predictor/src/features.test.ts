import { type Feature, predictionRequestSchema } from '@stockout/contracts';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RowReader } from './features.ts';

function feature(name: string, nullable = false): Feature {
  return { name, description: name, nullable, min: 0, max: 1, example: 1 };
}

const FEATURES = [feature('price'), feature('lag', true), feature('constructor', true)];
const reader = new RowReader(FEATURES);

function wrongFields(row: unknown): Record<string, string> {
  return Object.fromEntries(reader.explain(row).map(({ field, message }) => [field, message]));
}

describe('a row of features', () => {
  it('becomes 32-bit floats in model order, NaN where null, at the offset', () => {
    const matrix = new Float32Array(6).fill(-1);
    expect(reader.read({ constructor: 3, lag: null, price: 0.1 }, matrix, 3)).toBe(true);
    expect([...matrix]).toEqual([-1, -1, -1, Math.fround(0.1), NaN, 3]);
  });

  it.each([
    ['a missing field', { lag: 1, constructor: 1 }, { price: 'is missing' }],
    [
      'an unknown field',
      { price: 1, lag: 1, constructor: 1, more: 1 },
      { more: 'is not a feature of this model' },
    ],
    ['a string', { price: '1', lag: 1, constructor: 1 }, { price: 'must be a number, not a string' }],
    [
      'null where a value is needed',
      { price: null, lag: 1, constructor: 1 },
      { price: 'must be a number, not null' },
    ],
    ['an array', { price: 1, lag: [1], constructor: 1 }, { lag: 'must be a number or null, not an array' }],
    ['an object', { price: 1, lag: {}, constructor: 1 }, { lag: 'must be a number or null, not an object' }],
    ['a boolean', { price: true, lag: 1, constructor: 1 }, { price: 'must be a number, not a boolean' }],
    [
      'what overflows 32 bits',
      { price: 1e39, lag: 1, constructor: 1 },
      { price: 'must be a finite 32-bit number (at most 3.4e38)' },
    ],
    ['an inherited name that is missing', { price: 1, lag: 1 }, { constructor: 'is missing' }],
    [
      'no object',
      [1, 2, 3],
      {
        '(body)':
          "must be an object with the model's features, not an array: POST /predict/batch takes many rows",
      },
    ],
  ])('is refused for %s, which is named', (_, row, expected) => {
    expect(reader.read(row, new Float32Array(3))).toBe(false);
    expect(wrongFields(row)).toEqual(expected);
  });

  it('is refused for 1e400 and for a __proto__ key', () => {
    const parsed = JSON.parse(
      '{"price": 1e400, "lag": -1e400, "constructor": 1, "__proto__": {"price": 1}}',
    ) as unknown;
    expect(Object.keys(wrongFields(parsed)).toSorted()).toEqual(['__proto__', 'lag', 'price']);
  });

  it('names no more than a hundred wrong fields', () => {
    const row = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`f${index}`, index]));
    expect(reader.explain(row)).toHaveLength(100);
  });
});

describe('the row reader and the contract', () => {
  const value = fc.oneof(
    { weight: 6, arbitrary: fc.double() },
    fc.constantFrom(null, '1', true, 1e39, -1e39, 3.4028234663852886e38, Infinity, [], {}, 0, -0),
  );
  const name = fc.constantFrom('price', 'lag', 'constructor', 'other', 'toString');
  const row = fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({ price: value, lag: value, constructor: value }, { noNullPrototype: true }),
    },
    { weight: 3, arbitrary: fc.dictionary(name, value, { noNullPrototype: true }) },
    fc.jsonValue(),
  );
  const schema = predictionRequestSchema(FEATURES);

  it('accept the same rows and blame the same fields', () => {
    const check = fc.property(row, (candidate) => {
      const parsed = schema.safeParse(candidate);
      expect(reader.read(candidate, new Float32Array(3))).toBe(parsed.success);
      const blamed = new Set(reader.explain(candidate).map(({ field }) => field));
      const issues = parsed.success ? [] : parsed.error.issues;
      const expected = issues.flatMap((issue) =>
        issue.code === 'unrecognized_keys' ? issue.keys : [String(issue.path[0] ?? '(body)')],
      );
      expect(blamed).toEqual(new Set(expected));
    });
    fc.assert(check, { numRuns: 1_000 });
  });
});
