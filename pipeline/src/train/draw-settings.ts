import type { Training } from './supported.ts';

type Params = Training['params'];

/** More trees than these are not waited for: the training stops early by itself. */
const MOST_ROUNDS = 1500;

/**
 * Settings drawn at random (Bergstra and Bengio 2012, Random Search for Hyper-Parameter Optimization): scales evenly,
 * rates by their logarithm. What the spec says of the problem itself (class weight, monotone features, seed) stays.
 * @param random uniform in [0, 1)
 */
export function drawSettings(spec: Params, random: () => number): Params {
  const even = (from: number, to: number): number => from + random() * (to - from);
  const byLog = (from: number, to: number): number => from * (to / from) ** random();
  return {
    ...spec,
    rounds: MOST_ROUNDS,
    maxDepth: Math.round(even(3, 8)),
    eta: decimal(byLog(0.015, 0.15)),
    subsample: decimal(even(0.5, 1)),
    colsampleByTree: decimal(even(0.3, 1)),
    lambda: decimal(byLog(0.5, 50)),
    minChildWeight: decimal(byLog(1, 500)),
  };
}

/** Three digits that count, as the API writes decimals. */
function decimal(value: number): string {
  return String(Number(value.toPrecision(3)));
}
