import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { bestCut } from './cuts.ts';
import { evaluateScores } from './metrics.ts';
import { CALIBRATION_BINS } from './probability-metrics.ts';

interface Row {
  score: number;
  label: number;
}

/** Scores are sixty-fourths: there are ties, they are exact in 32 bits, and some lie on the edge of a bin. */
const rows = fc.array(
  fc.record({ score: fc.integer({ min: 0, max: 64 }).map((n) => n / 64), label: fc.constantFrom(0, 1) }),
  { minLength: 1, maxLength: 60 },
);

const evaluated = (given: Row[], threshold = 0.5) =>
  evaluateScores(
    new Float32Array(given.map(({ score }) => score)),
    new Float32Array(given.map(({ label }) => label)),
    threshold,
  );

it('average precision, best F1 and the matrix equal their definitions, cut by cut', () => {
  fc.assert(
    fc.property(rows, fc.integer({ min: 0, max: 64 }), (given, cut) => {
      const threshold = cut / 64;
      const { metrics, confusionMatrix, ranking } = evaluated(given, threshold);
      const at = countsFrom(given, threshold);
      expect(confusionMatrix).toEqual(at);
      expect(metrics.f1 ?? 0).toBeCloseTo(f1Of(at), 12);

      const cuts = [...new Set(given.map(({ score }) => score))].sort((a, b) => b - a);
      const positives = given.filter(({ label }) => label === 1).length;
      // Without a stockout there is no recall to speak of.
      fc.pre(positives > 0);
      expect(metrics.prAuc).toBeCloseTo(averagePrecisionOf(given, cuts, positives), 12);
      const best = Math.max(...cuts.map((each) => f1Of(countsFrom(given, each))));
      expect(bestCut(ranking)?.f1).toBeCloseTo(best, 12);
    }),
  );
});

it('Brier score, log loss and calibration error equal their definitions, row by row', () => {
  fc.assert(
    fc.property(rows, (given) => {
      const { metrics } = evaluated(given);
      expect(metrics.brier).toBeCloseTo(mean(given.map(({ score, label }) => (score - label) ** 2)), 12);
      const losses = given.map(({ score, label }) => {
        const sure = Math.min(Math.max(score, 2 ** -23), 1 - 2 ** -23);
        return -(label * Math.log(sure) + (1 - label) * Math.log(1 - sure));
      });
      expect(metrics.logLoss).toBeCloseTo(mean(losses), 10);
      const bins = Array.from({ length: CALIBRATION_BINS }, (_, bin) =>
        given.filter(
          ({ score }) => Math.min(Math.floor(score * CALIBRATION_BINS), CALIBRATION_BINS - 1) === bin,
        ),
      );
      const distances = bins.map((bin) => {
        if (bin.length === 0) return 0;
        const distance = mean(bin.map(({ score }) => score)) - mean(bin.map(({ label }) => label));
        return (bin.length / given.length) * Math.abs(distance);
      });
      expect(metrics.ece).toBeCloseTo(
        distances.reduce((sum, each) => sum + each, 0),
        12,
      );
    }),
  );
});

function countsFrom(given: Row[], threshold: number) {
  const count = (label: number, warned: boolean) =>
    given.filter((row) => row.label === label && row.score >= threshold === warned).length;
  return { tn: count(0, false), fp: count(0, true), fn: count(1, false), tp: count(1, true) };
}

function f1Of({ tp, fp, fn }: { tp: number; fp: number; fn: number }): number {
  return tp === 0 ? 0 : (2 * tp) / (2 * tp + fp + fn);
}

/** Recall gained at each cut, times the precision there. */
function averagePrecisionOf(given: Row[], cuts: number[], positives: number): number {
  let [sum, before] = [0, 0];
  for (const cut of cuts) {
    const { tp, fp } = countsFrom(given, cut);
    sum += ((tp - before) / positives) * (tp / (tp + fp));
    before = tp;
  }
  return sum;
}

function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
