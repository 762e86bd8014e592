import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { bootstrap, middle } from './bootstrap.ts';
import { evaluateScores } from './metrics.ts';
import { sortByScore } from './sorted-rows.ts';
import { WeightedRanking } from './weighted-ranking.ts';

const rows = fc.array(
  fc.record({
    score: fc.oneof(
      fc.integer({ min: 0, max: 16 }).map((n) => n / 16),
      fc.constant(Number.NaN),
    ),
    label: fc.constantFrom(0, 1),
    series: fc.integer({ min: 0, max: 5 }),
  }),
  { minLength: 1, maxLength: 50 },
);
const weights = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 6, maxLength: 6 });

const floats = (values: readonly number[]) => new Float32Array(values);

function rank(given: { score: number; label: number; series: number }[], threshold: number) {
  return new WeightedRanking(
    { scores: floats(given.map(({ score }) => score)), threshold },
    {
      labels: floats(given.map(({ label }) => label)),
      series: new Int32Array(given.map(({ series }) => series)),
    },
    Math.max(...given.map(({ series }) => series), 5) + 1,
  );
}

it('sorts any scores, the highest first, those that are none last, equals as they came', () => {
  fc.assert(
    fc.property(fc.float32Array({ maxLength: 300 }), (scores) => {
      const naive = [...scores.keys()].toSorted((a, b) => {
        const [x, y] = [scores[a]!, scores[b]!];
        if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(x)) - Number(Number.isNaN(y));
        return y - x || 0;
      });
      expect([...sortByScore(scores)]).toEqual(naive);
    }),
  );
});

it('measures with weights what the metrics are on rows that are there so many times', () => {
  fc.assert(
    fc.property(rows, weights, fc.integer({ min: 0, max: 17 }), (given, weight, cut) => {
      const threshold = cut / 16;
      const measured = rank(given, threshold).measure(new Uint16Array(weight));
      const repeated = given.flatMap((row) => Array.from({ length: weight[row.series]! }, () => row));
      const { metrics } = evaluateScores(
        floats(repeated.map(({ score }) => score)),
        floats(repeated.map(({ label }) => label)),
        threshold,
      );
      for (const name of ['auc', 'prAuc', 'f1'] as const) {
        const expected = metrics[name];
        if (expected === null) expect(measured[name]).toBeNaN();
        else expect(measured[name]).toBeCloseTo(expected, 12);
      }
    }),
  );
});

it('draws the same resamples for the same seed, and every ranking meets the same ones', async () => {
  const given = Array.from({ length: 300 }, (_, i) => ({
    score: (i * 37) % 101,
    label: i % 2,
    series: i % 30,
  }));
  const ranking = rank(given, 50);
  const options = { series: 30, resamples: 50, seed: 4 };
  const [first, twin] = await bootstrap([ranking, rank(given, 50)], options);
  const [again] = await bootstrap([ranking], options);
  expect(twin).toEqual(first);
  expect(again).toEqual(first);
  const [other] = await bootstrap([ranking], { ...options, seed: 5 });
  expect(other?.auc).not.toEqual(first?.auc);
});

it('is as unsure of one row a series as the formula for a mean: the spread of a share is that of a binomial', async () => {
  // 400 series of one row, 100 of them rightly warned of, 100 missed: F1 moves with both.
  const given = Array.from({ length: 400 }, (_, i) => ({ score: i < 200 ? 1 : 0, label: i % 2, series: i }));
  const [samples] = await bootstrap([rank(given, 1)], { series: 400, resamples: 2000, seed: 1 });
  const interval = middle(samples!.auc);
  // AUC here is (TPR + TNR) / 2, each a share of about 200 rows: standard error sqrt(2 x .25 / 200) / 2 = .025.
  expect(interval!.high - interval!.low).toBeCloseTo(2 * 1.96 * 0.025, 2);
});

it('takes the middle 95% of the resamples in which the metric was defined, if those were half', () => {
  const values = new Float64Array(201).map((_, i) => (i * 7) % 201);
  expect(middle(values)).toEqual({ low: 5, high: 195 });
  expect(middle(new Float64Array([Number.NaN, 1, 1]))).toEqual({ low: 1, high: 1 });
  expect(middle(new Float64Array([Number.NaN, Number.NaN, 1]))).toBeNull();
});
