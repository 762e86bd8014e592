import type { Manifest } from '@stockout/contracts';
import { histogramOf } from '../evaluate/histogram.ts';
import type { Matrix } from '../xgboost/binding.ts';

/**
 * What drift is measured against: every feature over the training rows, and the scores over the test rows (those of
 * the training rows are surer than any that a served row gets).
 */
export function buildHistograms(
  names: readonly string[],
  train: Matrix,
  scores: Float32Array,
): Manifest['histograms'] {
  const column = new Float32Array(train.rows);
  const features = names.map((name, index) => {
    for (let row = 0; row < train.rows; row++) {
      column[row] = train.values[row * train.columns + index] as number;
    }
    return [name, histogramOf(column)] as const;
  });
  return { features: Object.fromEntries(features), score: histogramOf(scores) };
}
