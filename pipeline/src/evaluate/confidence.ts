import type { Baseline, Confidence, Gain } from '@stockout/contracts';
import type { LabelledRows } from '../train/split-rows.ts';
import { bootstrap, middle, type Samples } from './bootstrap.ts';
import { bestCut } from './cuts.ts';
import { rankByScore } from './ranking.ts';
import { type Scored, type SeriesRows, WeightedRanking } from './weighted-ranking.ts';

/** Of 200 resamples, five lie beyond either end of the interval. */
const RESAMPLES = 200;

/** Who scored the test rows. */
export interface Contestants {
  ours: Scored;
  champion: Scored | undefined;
  baseline: Scored | undefined;
}

/** How sure the metrics are, and the differences to the others on the same rows. */
export async function measureConfidence(
  rows: LabelledRows,
  { ours, champion, baseline }: Contestants,
  { seed, signal }: { seed: number; signal: AbortSignal | undefined },
): Promise<Confidence> {
  const { series, count } = seriesOf(rows);
  const others = [champion, baseline].filter((each) => each !== undefined);
  const given: SeriesRows = { labels: rows.labels, series };
  const rankings = [ours, ...others].map((scored) => new WeightedRanking(scored, given, count));
  const options = { series: count, resamples: RESAMPLES, seed, signal };
  const [samples, ...theirs] = (await bootstrap(rankings, options)) as [Samples, ...Samples[]];
  const once = new Uint16Array(count).fill(1);
  const gains = (other: Scored | undefined) => {
    if (other === undefined) return undefined;
    const at = others.indexOf(other);
    const [mine, its] = [rankings[0]!.measure(once), rankings[at + 1]!.measure(once)];
    return eachMetric((name) => gainOf(mine[name] - its[name], samples[name], theirs[at]![name]));
  };
  const [overChampion, overBaseline] = [gains(champion), gains(baseline)];
  return {
    resamples: RESAMPLES,
    series: count,
    metrics: eachMetric((name) => middle(samples[name])),
    ...(overBaseline && { overBaseline }),
    ...(overChampion && { overChampion }),
  };
}

/** The best single feature as a scorer, at its own best cut over the test rows. */
export function scoredByBaseline(
  { values, rows, columns, labels }: LabelledRows,
  names: readonly string[],
  { feature, direction }: Baseline,
): Scored {
  const column = names.indexOf(feature);
  const scores = new Float32Array(rows).map((_, row) => direction * values[row * columns + column]!);
  return { scores, threshold: bestCut(rankByScore(scores, labels))?.threshold ?? Number.POSITIVE_INFINITY };
}

/** A number for every store x product that has rows, in the order of its first. */
export function seriesOf({ keys }: LabelledRows): { series: Int32Array; count: number } {
  const { stores, products, productNames } = keys;
  const numbers = new Map<number, number>();
  const series = stores.map((store, row) => {
    const key = store * productNames.length + products[row]!;
    const known = numbers.get(key) ?? numbers.size;
    numbers.set(key, known);
    return known;
  });
  return { series, count: numbers.size };
}

function gainOf(gain: number, ours: Float64Array, theirs: Float64Array): Gain | null {
  const interval = middle(ours.map((value, i) => value - theirs[i]!));
  return interval === null || Number.isNaN(gain) ? null : { gain, ...interval };
}

function eachMetric<T>(of: (name: 'auc' | 'prAuc' | 'f1') => T): { auc: T; prAuc: T; f1: T } {
  return { auc: of('auc'), prAuc: of('prAuc'), f1: of('f1') };
}
