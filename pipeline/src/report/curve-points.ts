import { countClasses, type Ranking } from '../evaluate/ranking.ts';
import type { Point } from './chart.ts';

/** More would not be seen. */
const MAX_POINTS = 240;

/** False positive rate to true positive rate, from (0, 0) to (1, 1). */
export function rocPoints(ranking: Ranking): Point[] {
  const { positives, negatives } = countClasses(ranking);
  const points = cumulate(ranking, (hits, misses) => [misses / negatives, hits / positives]);
  return thin([[0, 0], ...points]);
}

/** Recall to precision, most risk first; the first cut's precision holds for every recall below its own. */
export function precisionRecallPoints(ranking: Ranking): Point[] {
  const { positives } = countClasses(ranking);
  const points = cumulate(ranking, (hits, misses) => [hits / positives, hits / (hits + misses)]);
  return thin([[0, points[0]?.[1] ?? 1], ...points]);
}

function cumulate(ranking: Ranking, at: (hits: number, misses: number) => Point): Point[] {
  let [hits, misses] = [0, 0];
  return Array.from(ranking.values, (_, i) => {
    hits += ranking.positives[i] as number;
    misses += ranking.negatives[i] as number;
    return at(hits, misses);
  });
}

/** Drops points that lie closer to the last one kept than the eye can tell. */
function thin(points: readonly Point[]): Point[] {
  const kept: Point[] = [];
  for (const point of points) {
    const last = kept.at(-1);
    const far = last === undefined || Math.hypot(point[0] - last[0], point[1] - last[1]) >= 2 / MAX_POINTS;
    if (far) kept.push(point);
  }
  const end = points.at(-1);
  if (end !== undefined && kept.at(-1) !== end) kept.push(end);
  return kept;
}
