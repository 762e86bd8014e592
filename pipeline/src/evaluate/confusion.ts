import type { ConfusionMatrix } from '@stockout/contracts';

/** Rows by truth and verdict; a score that reaches the threshold is labelled 1. */
export function confusionMatrix(
  scores: Float32Array,
  labels: Float32Array,
  threshold: number,
): ConfusionMatrix {
  const matrix = { tn: 0, fp: 0, fn: 0, tp: 0 };
  for (let i = 0; i < scores.length; i++) {
    const risky = (scores[i] as number) >= threshold;
    if (labels[i] === 1) matrix[risky ? 'tp' : 'fn'] += 1;
    else matrix[risky ? 'fp' : 'tn'] += 1;
  }
  return matrix;
}

/** Of the rows labelled 1, the share that is. null when none is labelled 1. */
export function precision({ tp, fp }: ConfusionMatrix): number | null {
  return ratio(tp, tp + fp);
}

/** Of the rows that are 1, the share labelled so. null when none is. */
export function recall({ tp, fn }: ConfusionMatrix): number | null {
  return ratio(tp, tp + fn);
}

/** The harmonic mean of precision and recall, 2 tp / (2 tp + fp + fn). null when no row is or is labelled 1. */
export function f1Score({ tp, fp, fn }: ConfusionMatrix): number | null {
  return ratio(2 * tp, 2 * tp + fp + fn);
}

function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}
