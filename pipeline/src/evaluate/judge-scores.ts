import type { Baseline, Confidence } from '@stockout/contracts';
import type { LabelledRows } from '../train/split-rows.ts';
import { bestSingleFeature, isTooGood, rankSingleFeatures } from './baseline.ts';
import { measureConfidence, scoredByBaseline } from './confidence.ts';
import { type Evaluation, evaluateScores } from './metrics.ts';
import type { Scored } from './weighted-ranking.ts';

/** What a version's scores of its test rows are worth, by themselves and beside others. */
export interface Judgement {
  evaluation: Evaluation;
  baseline: Baseline | undefined;
  confidence: Confidence;
  /** Features that rank the rows perfectly by themselves. */
  disguised: Baseline[];
}

export interface JudgeOptions {
  /** One per column. */
  names: readonly string[];
  ours: Scored;
  champion: Scored | undefined;
  /** Of the resamples. */
  seed: number;
  signal: AbortSignal | undefined;
}

export async function judgeScores(
  rows: LabelledRows,
  { names, ours, champion, seed, signal }: JudgeOptions,
): Promise<Judgement> {
  const singles = rankSingleFeatures(rows, rows.labels, names);
  const baseline = bestSingleFeature(singles);
  const contestants = { ours, champion, baseline: baseline && scoredByBaseline(rows, names, baseline) };
  return {
    evaluation: evaluateScores(ours.scores, rows.labels, ours.threshold),
    baseline,
    confidence: await measureConfidence(rows, contestants, { seed, signal }),
    disguised: singles.filter(isTooGood),
  };
}
