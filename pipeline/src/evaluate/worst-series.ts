import type { LabelledRows } from '../train/split-rows.ts';
import { seriesOf } from './confidence.ts';
import { logLoss } from './probability-metrics.ts';
import { rowsOfGroups } from './slices.ts';
import type { Scored } from './weighted-ranking.ts';

/** A store x product and how wrong its scores were. */
export interface WorstSeries {
  store: string;
  product: string;
  rows: number;
  positives: number;
  /** Mean of its scores. */
  score: number;
  missed: number;
  falseAlarms: number;
  logLoss: number;
}

const SHOWN = 10;
/** A series of a day or two is bad by chance. */
const LEAST_ROWS = 5;

/** The ten series with the largest mean log loss, of those with five rows or more. */
export function worstSeries(rows: LabelledRows, scored: Scored): WorstSeries[] {
  const { series, count } = seriesOf(rows);
  const described = rowsOfGroups(series, count)
    .filter((members) => members.length >= LEAST_ROWS)
    .map((members) => describe(members, rows, scored));
  return described.toSorted((a, b) => b.logLoss - a.logLoss).slice(0, SHOWN);
}

function describe(members: readonly number[], { labels, keys }: LabelledRows, given: Scored): WorstSeries {
  const [first = 0] = members;
  const scores = Float32Array.from(members, (row) => given.scores[row]!);
  const own = Float32Array.from(members, (row) => labels[row]!);
  const warned = (i: number): boolean => scores[i]! >= given.threshold;
  const positives = own.reduce((sum, label) => sum + label, 0);
  return {
    store: keys.storeNames[keys.stores[first]!] ?? '',
    product: keys.productNames[keys.products[first]!] ?? '',
    rows: members.length,
    positives,
    score: scores.reduce((sum, score) => sum + score, 0) / members.length,
    missed: own.reduce((sum, label, i) => sum + Number(label === 1 && !warned(i)), 0),
    falseAlarms: own.reduce((sum, label, i) => sum + Number(label === 0 && warned(i)), 0),
    logLoss: logLoss(scores, own) ?? 0,
  };
}
