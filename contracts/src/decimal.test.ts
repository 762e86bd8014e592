import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decimalSchema, toDecimal } from './decimal.ts';

describe('a number becomes a decimal string', () => {
  test.each([
    [0.95, '0.95'],
    [0.9, '0.9'],
    [1, '1'],
    [100, '100'],
    [0, '0'],
    [-0, '0'],
    [-1e-9, '0'],
    [0.1 + 0.2, '0.3'],
    [-0.0051, '-0.0051'],
    [1e-7, '0'],
    [123456789.25, '123456789.25'],
  ])('%d is written %s', (value, text) => {
    expect(toDecimal(value)).toBe(text);
  });

  test.each([Number.NaN, Infinity, -Infinity, 1e9, 1e21])('%d is refused', (value) => {
    expect(() => toDecimal(value)).toThrow(RangeError);
  });

  test('that the API accepts and that is the number again, to the digits asked for', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -999_999_999, max: 999_999_999, noNaN: true }),
        fc.integer({ min: 1, max: 9 }),
        (value, digits) => {
          const text = toDecimal(value, digits);
          expect(decimalSchema.safeParse(text).success).toBe(true);
          expect(Math.abs(Number(text) - value)).toBeLessThanOrEqual(0.5 * 10 ** -digits + 1e-7);
        },
      ),
    );
  });
});

test.each(['', '.5', '5.', '1e3', '+1', '0x1', '1,5', ' 1', '1234567890', '0.1234567890', 'NaN'])(
  'the API takes %j for no decimal',
  (text) => {
    expect(decimalSchema.safeParse(text).success).toBe(false);
  },
);
