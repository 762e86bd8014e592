import type { Manifest } from '@stockout/contracts';
import { histogramOf, sortIntoHistogram } from '../evaluate/histogram.ts';
import type { TrainRows } from './train-rows.ts';

/**
 * What drift is measured against: every feature over the training rows, and the scores over the test rows (those of
 * the training rows are surer than any that a served row gets).
 */
export function buildHistograms(
  names: readonly string[],
  train: Pick<TrainRows, 'column'>,
  scores: Float32Array,
): Manifest['histograms'] {
  const features = names.map((name, index) => [name, sortIntoHistogram(train.column(index))] as const);
  return { features: Object.fromEntries(features), score: histogramOf(scores) };
}
