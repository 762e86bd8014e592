import type { LabelledRows } from '../train/split-rows.ts';
import { evaluateScores } from './metrics.ts';
import type { Scored } from './weighted-ranking.ts';

/** The quality on some of the test rows. */
export interface Slice {
  name: string;
  rows: number;
  /** Those with label 1. */
  positives: number;
  auc: number | null;
  prAuc: number | null;
  precision: number | null;
  recall: number | null;
}

/**
 * The metrics of each group of rows, at the version's one threshold.
 * @param groups a number into `names`, one a row; -1 for a row of no group
 * @returns in the order of the names, without those that have no row
 */
export function sliceRows(
  { labels }: Pick<LabelledRows, 'labels'>,
  scored: Scored,
  groups: Int32Array,
  names: readonly string[],
): Slice[] {
  const members = rowsOfGroups(groups, names.length);
  return names.flatMap((name, group) => {
    const rows = members[group] as number[];
    return rows.length === 0 ? [] : [sliceOf(name, rows, labels, scored)];
  });
}

/** @param rows the indices of its rows */
function sliceOf(
  name: string,
  rows: readonly number[],
  labels: Float32Array,
  { scores, threshold }: Scored,
): Slice {
  const own = Float32Array.from(rows, (row) => labels[row]!);
  const { metrics } = evaluateScores(Float32Array.from(rows, (row) => scores[row]!), own, threshold); // prettier-ignore
  const { auc, prAuc, precision, recall } = metrics;
  const positives = own.reduce((sum, label) => sum + label, 0);
  return { name, rows: rows.length, positives, auc, prAuc, precision, recall };
}

export function rowsOfGroups(groups: Int32Array, count: number): number[][] {
  const members: number[][] = Array.from({ length: count }, () => []);
  for (const [row, group] of groups.entries()) members[group]?.push(row);
  return members;
}
