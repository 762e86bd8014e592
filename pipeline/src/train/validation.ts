import type { StockoutModelSpec } from '@stockout/crds';
import type { Training } from './supported.ts';

/** How to do without validation rows, for messages. */
export const WITHOUT_VALIDATION =
  'or do without validation rows: threshold Fixed, calibration None and no earlyStoppingRounds';

/**
 * Whether something is to be chosen: the threshold, the calibration or the number of trees. It is chosen on a part of
 * the training rows, with a model that has not seen them; the version's own model is then trained on all of them.
 */
export function needsValidation(training: Training, serving: StockoutModelSpec['serving']): boolean {
  const { calibration, params } = training;
  const stops = params.earlyStoppingRounds !== undefined;
  return stops || calibration !== 'None' || serving.threshold.strategy !== 'Fixed';
}
