import { stabilityIndex } from '@stockout/contracts';
import type { ColumnCounts, DriftCounts } from '../../predictors/drift-counts.ts';

/** A feature, or the scores, and how far it has moved. */
export interface ColumnIndex {
  name: string;
  /** Population stability index, from 0. */
  psi: number;
}

/**
 * Drift of several pods that serve one version, as if one pod had scored all their rows. A mean of their indices would be
 * another thing: a pod with few rows has a large one by chance, and pods that each see other shops would all seem to have
 * drifted though together they see what the training saw.
 * @param first of these, whose columns all have
 * @returns the largest index first, without columns that the training knows too few rows of
 */
export function addUp(
  first: DriftCounts,
  all: readonly DriftCounts[],
): { rows: number; indices: ColumnIndex[] } {
  const indices = first.columns.flatMap((column, at) => {
    const pods = all.map(({ columns }) => columns[at]?.observed ?? []);
    return sum(column.expected) < first.minRows ? [] : indexOf(column, pods);
  });
  const rows = sum(all.map((each) => each.rows));
  return { rows, indices: indices.sort((a, b) => b.psi - a.psi) };
}

function indexOf({ feature, expected }: ColumnCounts, pods: readonly (readonly number[])[]): ColumnIndex[] {
  const observed = expected.map((_, bin) => sum(pods.map((counts) => counts[bin] ?? 0)));
  const psi = stabilityIndex(expected, observed);
  return psi === null ? [] : [{ name: feature ?? 'the scores', psi }];
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
