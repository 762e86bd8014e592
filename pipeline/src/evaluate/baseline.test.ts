import { expect, it } from 'vitest';
import { bestSingleFeature, isTooGood, rankSingleFeatures } from './baseline.ts';

const { NaN: missing } = Number;

it('finds the feature and the direction that rank best by themselves', () => {
  const values = new Float32Array([5, 1, 9, 3, 2, 1, 4, 30, 8, 6, 40, 2]);
  const labels = new Float32Array([1, 1, 0, 0]);
  const best = bestSingleFeature(
    rankSingleFeatures({ values, rows: 4, columns: 3 }, labels, ['price', 'inventory', 'promo']),
  );
  expect(best).toEqual({ feature: 'inventory', direction: -1, auc: 1, prAuc: 1, f1: 1 });
});

it('ranks rows without a value last, whichever direction', () => {
  const values = new Float32Array([1, 2, missing, missing]);
  const best = bestSingleFeature(
    rankSingleFeatures({ values, rows: 4, columns: 1 }, new Float32Array([1, 1, 0, 0]), ['inventory']),
  );
  expect(best?.auc).toBe(1);
});

it('has no baseline to give where all rows are of one class', () => {
  const values = new Float32Array([1, 2]);
  expect(
    bestSingleFeature(
      rankSingleFeatures({ values, rows: 2, columns: 1 }, new Float32Array([1, 1]), ['price']),
    ),
  ).toBeUndefined();
});

it('takes for the label in disguise what tells it but for 5 rows in ten thousand, not what errs more often', () => {
  const rows = 10_000;
  const labels = Float32Array.from({ length: rows }, (_, row) => row % 2);
  const answerBut = (wrong: number) => labels.map((label, row) => (row < wrong ? 1 - label : label));
  const disguised = (wrong: number) => {
    const matrix = { values: answerBut(wrong), rows, columns: 1 };
    return rankSingleFeatures(matrix, labels, ['returned']).some(isTooGood);
  };
  expect([0, 5, 200].map(disguised)).toEqual([true, true, false]);
});
