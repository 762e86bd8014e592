import { countClasses, type Ranking } from './ranking.ts';

/**
 * The area under the ROC curve: the chance that a row of class 1 ranks above one of class 0, ties counted half
 * (Mann-Whitney's U / (P x N)). null when a class is missing.
 */
export function areaUnderRoc(ranking: Ranking): number | null {
  const { positives, negatives } = countClasses(ranking);
  if (positives === 0 || negatives === 0) return null;
  let above = 0;
  let pairs = 0;
  for (let i = 0; i < ranking.values.length; i++) {
    const ones = ranking.positives[i] as number;
    pairs += (ranking.negatives[i] as number) * (above + ones / 2);
    above += ones;
  }
  return pairs / (positives * negatives);
}

/**
 * Average precision, the step-wise area under the precision-recall curve: sum over the distinct scores, falling, of
 * (R_n - R_n-1) x P_n. No interpolation, which would be too kind (Davis and Goadrich 2006). null without a row of class 1.
 */
export function averagePrecision(ranking: Ranking): number | null {
  const { positives } = countClasses(ranking);
  if (positives === 0) return null;
  let [hits, seen, sum] = [0, 0, 0];
  for (let i = 0; i < ranking.values.length; i++) {
    const ones = ranking.positives[i] as number;
    hits += ones;
    seen += ones + (ranking.negatives[i] as number);
    // Rows and not their shares are added up: whole numbers are exact, so that a perfect ranking has 1 and no more.
    sum += ones * (hits / seen);
  }
  return sum / positives;
}
