import type { ColumnDrift, DriftReport } from '@stockout/contracts';

/** One feature's rows by bin, or the scores'; the last bin is that of missing values. */
export interface ColumnCounts {
  /** Undefined of the scores. */
  feature: string | undefined;
  /** Of the training rows; for the scores, of the version's test rows. */
  expected: readonly number[];
  /** Of the rows within the window. */
  observed: readonly number[];
}

/** What a predictor's window holds. The indices of one pod are left out: they do not add up, counts do. */
export interface DriftCounts {
  rows: number;
  /** Fewer rows, in training or since, are told nothing from. */
  minRows: number;
  /** The scores last. */
  columns: readonly ColumnCounts[];
}

export function readDriftCounts({ window, rows, score, features }: DriftReport): DriftCounts {
  const columns = Object.entries(features).map(([feature, column]) => countsOf(feature, column));
  return { rows, minRows: window.minRows, columns: [...columns, countsOf(undefined, score)] };
}

function countsOf(feature: string | undefined, { counts, missing }: ColumnDrift): ColumnCounts {
  return {
    feature,
    expected: counts.expected.concat(missing.expected),
    observed: counts.observed.concat(missing.observed),
  };
}
