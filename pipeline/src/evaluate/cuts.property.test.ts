import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { cheapestCut, costOfCuts } from './cuts.ts';
import { rankByScore } from './ranking.ts';

const rows = fc.array(
  fc.record({ score: fc.integer({ min: 0, max: 64 }).map((n) => n / 64), label: fc.constantFrom(0, 1) }),
  { minLength: 1, maxLength: 60 },
);
const costs = fc.record({
  missedStockout: fc.integer({ min: 0, max: 50 }),
  falseAlarm: fc.integer({ min: 0, max: 50 }),
});

const rank = (given: { score: number; label: number }[]) =>
  rankByScore(
    new Float32Array(given.map(({ score }) => score)),
    new Float32Array(given.map(({ label }) => label)),
  );

it('every cut costs what its missed stockouts and false alarms cost, row by row', () => {
  fc.assert(
    fc.property(rows, costs, (given, price) => {
      const naive = (threshold: number): number =>
        given.reduce((sum, { score, label }) => {
          const warned = score >= threshold;
          if (label === 1 && !warned) return sum + price.missedStockout;
          return label === 0 && warned ? sum + price.falseAlarm : sum;
        }, 0) / given.length;
      const cuts = costOfCuts(rank(given), price);
      for (const { threshold, cost } of cuts) expect(cost).toBeCloseTo(naive(threshold), 10);
      // No threshold whatever is cheaper: between two scores nothing changes.
      const everywhere = Array.from({ length: 67 }, (_, n) => naive(n / 64));
      expect(cheapestCut(rank(given), price)?.cost).toBeCloseTo(Math.min(...everywhere), 10);
    }),
  );
});

it('warns of nothing where a false alarm costs more than any stockout', () => {
  const ranking = rank([{ score: 1, label: 1 }, { score: 1, label: 0 }]); // prettier-ignore
  const cut = cheapestCut(ranking, { missedStockout: 1, falseAlarm: 100 });
  expect(cut).toMatchObject({ cost: 0.5 });
  expect(cut?.threshold).toBeGreaterThan(1);
});

it('has no cut where there are no rows', () => {
  expect(cheapestCut(rank([]), { missedStockout: 1, falseAlarm: 1 })).toBeNull();
});
