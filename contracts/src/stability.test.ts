import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { stabilityIndex } from './stability.ts';

const counts = fc.array(fc.nat(1000), { minLength: 1, maxLength: 30 });

it('is the sum over the bins of (is - was) ln(is / was)', () => {
  const index = stabilityIndex([50, 50], [1, 3]);
  expect(index).toBeCloseTo(-0.25 * Math.log(0.5) + 0.25 * Math.log(1.5), 12);
});

it('takes the share of an empty bin for one in ten thousand, so that it is finite', () => {
  expect(stabilityIndex([100, 0], [0, 100])).toBeCloseTo(2 * 0.9999 * Math.log(10_000), 10);
});

it('is null where one side counts nothing', () => {
  expect(stabilityIndex([0, 0], [1, 1])).toBeNull();
  expect(stabilityIndex([1, 1], [0, 0])).toBeNull();
});

it('is 0 for equal shares, never negative and never NaN', () => {
  fc.assert(
    fc.property(counts, counts, (expected, actual) => {
      const index = stabilityIndex(expected, actual.slice(0, expected.length)) ?? 0;
      expect(index).toBeGreaterThanOrEqual(0);
      expect(index).toBeLessThan(100);
      const same = stabilityIndex(
        expected,
        expected.map((count) => 7 * count),
      );
      expect(same ?? 0).toBeCloseTo(0, 12);
    }),
  );
});
