import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { Feature } from './features.ts';
import { predictionRequestSchema } from './prediction.ts';

const feature = (name: string, changes: Partial<Feature> = {}): Feature => ({
  name,
  description: `The ${name}.`,
  nullable: false,
  min: 0,
  max: 9,
  example: 4,
  ...changes,
});
const request = predictionRequestSchema([feature('price'), feature('sales_lag_1', { nullable: true })]);
const accepts = (row: unknown) => request.safeParse(row).success;

describe('a prediction request', () => {
  test('is accepted with every feature, in any order, null where it may be unknown', () => {
    expect(accepts({ price: 1.5, sales_lag_1: 3 })).toBe(true);
    expect(accepts({ sales_lag_1: null, price: -1 })).toBe(true);
  });

  test.each([
    ['a feature is missing', { price: 1 }],
    ['a feature is unknown', { price: 1, sales_lag_1: 1, colour: 1 }],
    ['a number is text', { price: '1', sales_lag_1: 1 }],
    ['a number is a flag', { price: true, sales_lag_1: 1 }],
    ['null stands where it may not', { price: null, sales_lag_1: 1 }],
    ['a number is NaN', { price: Number.NaN, sales_lag_1: 1 }],
    ['a number overflows 64 bits', { price: JSON.parse('1e400'), sales_lag_1: 1 }],
    ['a number overflows 32 bits', { price: 1e39, sales_lag_1: 1 }],
    ['it is a list', [1, 1]],
    ['it is null', null],
  ])('is refused where %s', (_why, row) => {
    expect(accepts(row)).toBe(false);
  });

  test('names the feature that is wrong', () => {
    const { error } = request.safeParse({ price: 1e39, sales_lag_1: 'a' });
    expect(error?.issues.map(({ path }) => path)).toEqual([['price'], ['sales_lag_1']]);
  });

  test('that is accepted holds only numbers that stay finite in 32 bits', () => {
    fc.assert(
      fc.property(fc.oneof(fc.double(), fc.anything()), (price) => {
        if (accepts({ price, sales_lag_1: null }))
          expect(Number.isFinite(Math.fround(price as number))).toBe(true);
      }),
    );
  });

  test('documents each feature: its meaning, the range seen, an example where there is one', () => {
    const unseen = feature('b', { min: null, max: null, example: null });
    const { properties } = z.toJSONSchema(predictionRequestSchema([feature('a'), unseen]));
    expect(properties?.['a']).toEqual({
      type: 'number',
      description: 'The a. Seen in training: 0 to 9.',
      exclusiveMinimum: -3.4028235677973366e38,
      exclusiveMaximum: 3.4028235677973366e38,
      examples: [4],
      'x-seen-in-training': { minimum: 0, maximum: 9 },
    });
    expect(properties?.['b']).toMatchObject({ type: 'number', description: 'The b.' });
  });
});
