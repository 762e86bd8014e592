import type { Baseline } from '@stockout/contracts';
import type { Matrix } from '../xgboost/binding.ts';
import { bestCut } from './cuts.ts';
import { type Ranking, rankByScore, reverseRanking } from './ranking.ts';
import { areaUnderRoc, averagePrecision } from './ranking-metrics.ts';

/**
 * Each feature as a score by itself, more of it or less of it being more risk, whichever ranks better; rows where it is
 * missing are ranked last.
 * @param names one per column
 */
export function rankSingleFeatures(
  matrix: Matrix,
  labels: Float32Array,
  names: readonly string[],
): Baseline[] {
  const column = new Float32Array(matrix.rows);
  return names.map((feature, index) => {
    for (let row = 0; row < matrix.rows; row++) {
      column[row] = matrix.values[row * matrix.columns + index] as number;
    }
    const ranking = rankByScore(column, labels);
    const more = buildBaseline(feature, 1, ranking);
    const less = buildBaseline(feature, -1, reverseRanking(ranking));
    return isBetter(less, more) ? less : more;
  });
}

/**
 * The feature that ranks the rows best. A good AUC alone says little where one column nearly gives the answer away.
 * @returns undefined when the rows are of one class
 */
export function bestSingleFeature(singles: readonly Baseline[]): Baseline | undefined {
  let best: Baseline | undefined;
  for (const one of singles) if (isBetter(one, best)) best = one;
  return best;
}

/** What is known on the day hardly ranks so well; an answer with a few wrong rows in it still does. */
const TOO_GOOD = 0.999;

/** Whether a feature ranks the rows so well that it may be the label in disguise. */
export function isTooGood({ auc }: Baseline): boolean {
  return auc !== null && auc > TOO_GOOD;
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
