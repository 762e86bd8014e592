import type { StockoutModelSpec } from '@stockout/crds';
import type { Training } from './supported.ts';

/** How to do without validation rows, for messages. */
export const WITHOUT_VALIDATION =
  'or do without validation rows: threshold Fixed, calibration None and no earlyStoppingRounds';

/**
 * Whether something is chosen on rows that neither train nor test: the threshold, the calibration or the number of
 * trees. Where nothing is, all rows outside the test train.
 */
export function needsValidation(training: Training, serving: StockoutModelSpec['serving']): boolean {
  const { calibration, params } = training;
  const stops = params.earlyStoppingRounds !== undefined;
  return stops || calibration !== 'None' || serving.threshold.strategy !== 'Fixed';
}
