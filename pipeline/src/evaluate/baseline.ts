import type { Baseline } from '@stockout/contracts';
import type { Matrix } from '../xgboost/binding.ts';
import { bestCut } from './cuts.ts';
import { type Ranking, rankByScore, reverseRanking } from './ranking.ts';
import { areaUnderRoc, averagePrecision } from './ranking-metrics.ts';

/**
 * The feature that ranks the rows best by itself, more of it or less of it being more risk; rows where it is missing
 * are ranked last. A good AUC alone says little where one column nearly gives the answer away.
 * @param names one per column
 * @returns undefined when the rows are of one class
 */
export function bestSingleFeature(
  matrix: Matrix,
  labels: Float32Array,
  names: readonly string[],
): Baseline | undefined {
  let best: Baseline | undefined;
  const column = new Float32Array(matrix.rows);
  for (const [index, feature] of names.entries()) {
    for (let row = 0; row < matrix.rows; row++) {
      column[row] = matrix.values[row * matrix.columns + index] as number;
    }
    const ranking = rankByScore(column, labels);
    const more = buildBaseline(feature, 1, ranking);
    const less = buildBaseline(feature, -1, reverseRanking(ranking));
    for (const one of [more, less]) if (isBetter(one, best)) best = one;
  }
  return best;
}

function buildBaseline(feature: string, direction: 1 | -1, ranking: Ranking): Baseline {
  return {
    feature,
    direction,
    auc: areaUnderRoc(ranking),
    prAuc: averagePrecision(ranking),
    f1: bestCut(ranking)?.f1 ?? null,
  };
}

function isBetter(one: Baseline, best: Baseline | undefined): boolean {
  if (one.auc === null) return false;
  return best === undefined || one.auc > (best.auc ?? 0);
}
