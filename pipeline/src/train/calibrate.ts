import { type Calibration, logistic } from '@stockout/contracts';
import { rankByScore } from '../evaluate/ranking.ts';
import { fitIsotonic } from './isotonic.ts';
import { fitPlatt } from './platt.ts';
import type { Training } from './supported.ts';

/** How margins become probabilities, learned from rows that neither train nor test. */
export function fitCalibration(
  method: Training['calibration'],
  margins: Float32Array,
  labels: Float32Array,
): Calibration | undefined {
  if (method === 'None') return undefined;
  if (method === 'Platt') return fitPlatt(margins, labels);
  return fitIsotonic(rankByScore(margins.map(logistic), labels));
}
