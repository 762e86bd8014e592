import type { Calibration } from '@stockout/contracts';

const MAX_STEPS = 100;
const TINY_STEP = 1e-10;

/**
 * Platt's calibration: the slope and intercept of the margin that make the labels likeliest, found by Newton's method
 * with halved steps (Lin, Lin and Weng 2007, A Note on Platt's Probabilistic Outputs). The labels are smoothed as in
 * Platt 1999, (P + 1) / (P + 2) and 1 / (N + 2), so that rows which the margin separates give no infinite slope.
 * @param labels 0 or 1, one a margin
 */
export function fitPlatt(margins: Float32Array, labels: Float32Array): Calibration {
  const targets = smoothedTargets(labels);
  let line: Line = { slope: 1, intercept: 0 };
  let loss = lossOf(line, margins, targets);
  for (let step = 0; step < MAX_STEPS; step++) {
    const [slopeStep, interceptStep] = newtonStep(line, margins, targets);
    let size = 1;
    let next = line;
    let nextLoss = Number.POSITIVE_INFINITY;
    for (; size > TINY_STEP && !(nextLoss <= loss); size /= 2) {
      next = { slope: line.slope + size * slopeStep, intercept: line.intercept + size * interceptStep };
      nextLoss = lossOf(next, margins, targets);
    }
    const gained = loss - nextLoss;
    if (!(gained >= 0)) break;
    [line, loss] = [next, nextLoss];
    if (gained <= 1e-14 * Math.abs(loss)) break;
  }
  return { method: 'Platt', ...line };
}

interface Line {
  slope: number;
  intercept: number;
}

function smoothedTargets(labels: Float32Array): Float64Array {
  const positives = labels.reduce((sum, label) => sum + label, 0);
  const [high, low] = [(positives + 1) / (positives + 2), 1 / (labels.length - positives + 2)];
  return Float64Array.from(labels, (label) => (label === 1 ? high : low));
}

/** The negative log likelihood, written so that no margin overflows. */
function lossOf({ slope, intercept }: Line, margins: Float32Array, targets: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < margins.length; i++) {
    const margin = slope * margins[i]! + intercept;
    sum += Math.log1p(Math.exp(-Math.abs(margin))) + Math.max(margin, 0) - targets[i]! * margin;
  }
  return sum;
}

/** The gradient through the inverse of the Hessian. */
function newtonStep({ slope, intercept }: Line, margins: Float32Array, targets: Float64Array) {
  let [g1, g2, h11, h12, h22] = [0, 0, 1e-12, 0, 1e-12];
  for (let i = 0; i < margins.length; i++) {
    const x = margins[i]!;
    const risk = 1 / (1 + Math.exp(-(slope * x + intercept)));
    const [error, weight] = [risk - targets[i]!, risk * (1 - risk)];
    g1 += error * x;
    g2 += error;
    h11 += weight * x * x;
    h12 += weight * x;
    h22 += weight;
  }
  const determinant = h11 * h22 - h12 * h12;
  return [(h12 * g2 - h22 * g1) / determinant, (h12 * g1 - h11 * g2) / determinant] as const;
}
