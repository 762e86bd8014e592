import { setImmediate } from 'node:timers/promises';
import { CONFIDENCE_METRICS, type ConfidenceMetric } from '@stockout/contracts';
import { seededRandom } from '../train/seeded-random.ts';
import type { WeightedRanking } from './weighted-ranking.ts';

/** A metric's values, one a resample; NaN where it was not defined. */
export type Samples = Record<ConfidenceMetric, Float64Array>;

export interface BootstrapOptions {
  /** How many series there are to draw from. */
  series: number;
  resamples: number;
  seed: number;
  signal?: AbortSignal | undefined;
}

/**
 * The cluster bootstrap (Davison and Hinkley 1997, section 3.8): as many series as there are, drawn with replacement,
 * each with all of its rows. Every ranking is measured on the same draws, so that differences can be taken sample by
 * sample. The event loop has its turn between two resamples.
 */
export async function bootstrap(
  rankings: readonly WeightedRanking[],
  { series, resamples, seed, signal }: BootstrapOptions,
): Promise<Samples[]> {
  const random = seededRandom(seed);
  const weights = new Uint16Array(series);
  const samples = rankings.map(() => emptySamples(resamples));
  for (let resample = 0; resample < resamples; resample++) {
    weights.fill(0);
    for (let drawn = 0; drawn < series; drawn++) weights[Math.floor(random() * series)]! += 1;
    for (const [i, ranking] of rankings.entries()) {
      const values = ranking.measure(weights);
      const kept = samples[i] as Samples;
      for (const name of CONFIDENCE_METRICS) kept[name][resample] = values[name];
    }
    await setImmediate();
    signal?.throwIfAborted();
  }
  return samples;
}

function emptySamples(resamples: number): Samples {
  const empty = (): Float64Array => new Float64Array(resamples);
  return { auc: empty(), prAuc: empty(), f1: empty() };
}

/**
 * The middle 95% (the percentile interval of Efron and Tibshirani 1993, chapter 13), with the quantiles of NumPy's
 * default: linear between the two nearest. null where the metric was defined in fewer than half of the resamples.
 */
export function middle(values: Float64Array): { low: number; high: number } | null {
  const known = values.filter((value) => !Number.isNaN(value)).sort();
  if (known.length === 0 || known.length < values.length / 2) return null;
  return { low: quantile(known, 0.025), high: quantile(known, 0.975) };
}

function quantile(sorted: Float64Array, share: number): number {
  const at = share * (sorted.length - 1);
  const low = Math.floor(at);
  const [left, right] = [sorted[low]!, sorted[Math.min(low + 1, sorted.length - 1)]!];
  return left + (at - low) * (right - left);
}
