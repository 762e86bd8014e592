/** A bin of the reliability diagram: scores in [i/n, (i+1)/n), the last one with 1 included. */
export interface CalibrationBin {
  rows: number;
  /** The mean score of its rows. */
  score: number;
  /** The share of class 1 among its rows. */
  observed: number;
}

/** As in Guo et al. 2017, On Calibration of Modern Neural Networks. */
export const CALIBRATION_BINS = 15;

/** A probability of exactly 0 or 1 is as sure as a 32-bit float can say (scikit-learn clips there too). */
const SURE = 2 ** -23;

/** The mean squared distance of score and label (Brier 1950). null without rows. */
export function brierScore(scores: Float32Array, labels: Float32Array): number | null {
  let sum = 0;
  for (let i = 0; i < scores.length; i++) {
    const distance = (scores[i] as number) - (labels[i] as number);
    sum += distance * distance;
  }
  return scores.length === 0 ? null : sum / scores.length;
}

/** The mean negative log likelihood, scores clipped to [2^-23, 1 - 2^-23]. null without rows. */
export function logLoss(scores: Float32Array, labels: Float32Array): number | null {
  let sum = 0;
  for (let i = 0; i < scores.length; i++) {
    const score = Math.min(Math.max(scores[i] as number, SURE), 1 - SURE);
    sum -= Math.log(labels[i] === 1 ? score : 1 - score);
  }
  return scores.length === 0 ? null : sum / scores.length;
}

/** Scores against what came true, by bins of equal width. An empty bin has score and observed 0. */
export function calibrationBins(scores: Float32Array, labels: Float32Array): CalibrationBin[] {
  const sums = Array.from({ length: CALIBRATION_BINS }, () => ({ rows: 0, score: 0, observed: 0 }));
  for (let i = 0; i < scores.length; i++) {
    const score = scores[i] as number;
    const bin = sums[Math.min(Math.floor(score * CALIBRATION_BINS), CALIBRATION_BINS - 1)];
    if (bin === undefined) continue;
    bin.rows += 1;
    bin.score += score;
    bin.observed += labels[i] as number;
  }
  return sums.map(({ rows, score, observed }) => {
    const divisor = Math.max(rows, 1);
    return { rows, score: score / divisor, observed: observed / divisor };
  });
}

/**
 * Expected calibration error: the distance of mean score and observed share, averaged over the bins by their rows
 * (Naeini et al. 2015). null without rows.
 */
export function calibrationError(bins: readonly CalibrationBin[]): number | null {
  const rows = bins.reduce((total, bin) => total + bin.rows, 0);
  const sum = bins.reduce((total, bin) => total + bin.rows * Math.abs(bin.score - bin.observed), 0);
  return rows === 0 ? null : sum / rows;
}
