import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bestCut } from './cuts.ts';
import { evaluateScores } from './metrics.ts';
import { rankByScore, reverseRanking } from './ranking.ts';
import { areaUnderRoc, averagePrecision } from './ranking-metrics.ts';

/** 200 rows with many ties, from a linear congruential generator that Python repeats exactly. */
function buildRows(): { scores: Float32Array; labels: Float32Array } {
  let state = 1n;
  const next = (): number => {
    state = (state * 1103515245n + 12345n) % 2147483648n;
    return Number(state) / 2147483648;
  };
  const scores = new Float32Array(200);
  const labels = new Float32Array(200);
  for (let i = 0; i < 200; i++) {
    scores[i] = Math.round(next() * 64) / 64;
    labels[i] = next() < (scores[i] as number) ? 1 : 0;
  }
  return { scores, labels };
}

const floats = (...values: number[]): Float32Array => new Float32Array(values);

describe('metrics', () => {
  // scikit-learn 1.9.1 on the same rows: roc_auc_score, average_precision_score, f1_score, precision_score,
  // recall_score, brier_score_loss, log_loss, confusion_matrix (labels: score >= 0.5); the best F1 by
  // precision_recall_curve; ECE by numpy over 15 equal bins.
  it('equal those of scikit-learn on rows with ties', () => {
    const { scores, labels } = buildRows();
    const { metrics, confusionMatrix, ranking } = evaluateScores(scores, labels, 0.5);
    expect(ranking.values).toHaveLength(59);
    expect(metrics.auc).toBeCloseTo(0.8170268107242897, 14);
    expect(metrics.prAuc).toBeCloseTo(0.8071295446920984, 14);
    expect(metrics.f1).toBeCloseTo(0.7559808612440191, 14);
    expect(metrics.precision).toBeCloseTo(0.7383177570093458, 14);
    expect(metrics.recall).toBeCloseTo(0.7745098039215687, 14);
    expect(metrics.brier).toBeCloseTo(0.173642578125, 14);
    expect(metrics.logLoss).toBeCloseTo(0.5159316818077693, 12);
    expect(metrics.ece).toBeCloseTo(0.06046875, 14);
    expect(confusionMatrix).toEqual({ tn: 70, fp: 28, fn: 23, tp: 79 });
    expect(bestCut(ranking)).toEqual({ threshold: 0.265625, f1: expect.closeTo(0.7804878048780487, 14) });
  });

  it('are null where they are not defined, never NaN', () => {
    const { metrics } = evaluateScores(floats(0.1, 0.2), floats(0, 0), 0.5);
    expect(metrics).toMatchObject({ auc: null, prAuc: null, f1: null, precision: null, recall: null });
    const empty = evaluateScores(floats(), floats(), 0.5).metrics;
    expect(Object.values(empty)).toEqual(Array.from({ length: 8 }, () => null));
  });

  it('say F1 0, not null, of a model that never warns', () => {
    const { metrics } = evaluateScores(floats(0.1, 0.2), floats(0, 1), 0.5);
    expect(metrics).toMatchObject({ f1: 0, recall: 0, precision: null });
  });

  it('keep the log loss of a sure and wrong score finite', () => {
    const { metrics } = evaluateScores(floats(0, 1), floats(1, 0), 0.5);
    expect(metrics.logLoss).toBeCloseTo(-Math.log(2 ** -23), 6);
    expect(metrics.brier).toBe(1);
    expect(metrics.ece).toBe(1);
  });

  it('label a row whose score is the threshold itself as 1', () => {
    const { confusionMatrix } = evaluateScores(floats(0.5, 0.499), floats(1, 1), 0.5);
    expect(confusionMatrix).toEqual({ tn: 0, fp: 0, fn: 1, tp: 1 });
  });
});

const rows = fc.array(fc.record({ score: fc.integer({ min: -8, max: 8 }), label: fc.constantFrom(0, 1) }), {
  minLength: 1,
  maxLength: 60,
});
const aucOf = (scores: number[], labels: number[]): number | null =>
  areaUnderRoc(rankByScore(floats(...scores), floats(...labels)));

describe('the area under the ROC curve', () => {
  it('is the share of pairs in the right order, ties counted half', () => {
    fc.assert(
      fc.property(rows, (sample) => {
        const ones = sample.filter((row) => row.label === 1);
        const zeros = sample.filter((row) => row.label === 0);
        const auc = aucOf(
          sample.map((row) => row.score),
          sample.map((row) => row.label),
        );
        if (ones.length === 0 || zeros.length === 0) return auc === null;
        const wins = ones.flatMap((one) => zeros.map((zero) => (Math.sign(one.score - zero.score) + 1) / 2));
        return Math.abs((auc ?? -1) - wins.reduce((sum, win) => sum + win, 0) / wins.length) < 1e-12;
      }),
    );
  });

  it('does not change under a rising transform, and mirrors under a falling one', () => {
    fc.assert(
      fc.property(rows, (sample) => {
        const scores = sample.map((row) => row.score);
        const labels = sample.map((row) => row.label);
        const auc = aucOf(scores, labels);
        expect(
          aucOf(
            scores.map((score) => 1 / (1 + Math.exp(-score))),
            labels,
          ),
        ).toBe(auc);
        const mirrored = aucOf(
          scores.map((score) => -score),
          labels,
        );
        if (auc !== null) expect(mirrored).toBeCloseTo(1 - auc, 12);
      }),
    );
  });
});

describe('ranking', () => {
  it('sorts any 32-bit floats, counts every row once and puts missing ones last, both ways round', () => {
    const scored = fc.array(
      fc.record({ score: fc.float({ noDefaultInfinity: true }), label: fc.constantFrom(0, 1) }),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(scored, (sample) => {
        const ranking = rankByScore(
          floats(...sample.map((row) => row.score)),
          floats(...sample.map((row) => row.label)),
        );
        for (const each of [ranking, reverseRanking(ranking)]) {
          const known = each.values.filter((value) => !Number.isNaN(value));
          expect(known).toEqual(known.toSorted().toReversed());
          expect(new Set(known).size).toBe(known.length);
          expect(each.values.findIndex(Number.isNaN)).toBe(
            sample.some((row) => Number.isNaN(row.score)) ? known.length : -1,
          );
        }
        const counted = [...ranking.positives, ...ranking.negatives].reduce((sum, count) => sum + count, 0);
        expect(counted).toBe(sample.length);
      }),
    );
  });

  it('ties 0 with -0', () => {
    expect(rankByScore(floats(0, -0), floats(1, 0)).values).toHaveLength(1);
  });

  it('gives average precision 1 to a perfect order and the share of ones to a constant', () => {
    expect(averagePrecision(rankByScore(floats(0.9, 0.8, 0.1), floats(1, 1, 0)))).toBe(1);
    const falling = Float32Array.from({ length: 49 }, (_, i) => 1 - i / 100);
    const ones = new Float32Array(49).fill(1);
    expect(averagePrecision(rankByScore(falling, ones))).toBe(1);
    expect(averagePrecision(rankByScore(floats(1, 1, 1, 1), floats(1, 0, 0, 0)))).toBe(0.25);
  });
});
