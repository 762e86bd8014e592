import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { addDuration, durationFigures, noDurations, sumDurations } from './durations.ts';

it('tells percentiles to a quarter percent, of several tallies as of one', () => {
  const durations = fc.array(fc.double({ min: 0.001, max: 600_000, noNaN: true }), { minLength: 1 });
  fc.assert(
    fc.property(durations, (all) => {
      const halves = [noDurations(), noDurations()];
      for (const [index, each] of all.entries()) addDuration(halves[index % 2]!, each);
      const { count, p50, p99 } = durationFigures(sumDurations(halves));
      const sorted = all.toSorted((a, b) => a - b);
      const nth = (share: number): number => sorted[Math.max(1, Math.ceil(all.length * share)) - 1]!;
      expect(count).toBe(all.length);
      expect(Math.abs(p50! / nth(0.5) - 1)).toBeLessThan(0.003);
      expect(Math.abs(p99! / nth(0.99) - 1)).toBeLessThan(0.003);
    }),
  );
});

it('tells nothing of none', () => {
  expect(durationFigures(noDurations())).toEqual({ count: 0, p50: null, p99: null });
});
