import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { histogramOf } from './histogram.ts';

it('counts every value between rising edges, and the missing ones apart', () => {
  fc.assert(
    fc.property(fc.float32Array({ noDefaultInfinity: true, maxLength: 200 }), (values) => {
      const { edges, counts, nulls } = histogramOf(values);
      const known = [...values].filter((value) => !Number.isNaN(value));
      expect(nulls).toBe(values.length - known.length);
      expect(counts.length).toBe(Math.max(edges.length - 1, 0));
      expect(counts.length).toBeLessThanOrEqual(20);
      for (const [i, count] of counts.entries()) {
        const [low, high] = [edges[i] as number, edges[i + 1] as number];
        expect(low).toBeLessThan(high);
        expect(known.filter((value) => value >= low && value < high)).toHaveLength(count);
      }
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(known.length);
    }),
  );
});

it('keeps one bin for a column of one value', () => {
  expect(histogramOf(new Float32Array([3, 3, Number.NaN]))).toMatchObject({ counts: [2], nulls: 1 });
});

it('has a bin for each value of a flag that is rarely set, and of one that is rarely not', () => {
  const flag = new Float32Array(1000);
  flag.fill(1, 0, 10);
  expect(histogramOf(flag)).toMatchObject({ counts: [990, 10], nulls: 0 });
  expect(histogramOf(flag.map((value) => 1 - value))).toMatchObject({ counts: [10, 990], nulls: 0 });
});
