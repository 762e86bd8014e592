import type { Champion, Manifest } from '@stockout/contracts';
import type { Storage } from '@stockout/storage';
import type { Scored } from './weighted-ranking.ts';
import type { TrainingData } from '../xgboost/protocol.ts';
import { predictScores, readModel } from '../xgboost/scorer.ts';
import type { XGBoost } from '../xgboost/xgboost.ts';
import { type Evaluation, evaluateScores } from './metrics.ts';

/** A version and what it is worth on rows whose label is known. */
export interface ScoredVersion {
  champion: Champion;
  evaluation: Evaluation;
  scored: Scored;
}

/** Scores rows by a version that stands, at its own threshold. */
export async function scoreVersion(
  xgboost: XGBoost,
  storage: Storage,
  manifest: Manifest,
  rows: TrainingData,
): Promise<ScoredVersion> {
  await using model = await xgboost.load(await readModel(storage, manifest));
  const scores = await predictScores(model, rows, manifest.calibration);
  const { value: threshold } = manifest.threshold;
  const evaluation = evaluateScores(scores, rows.labels, threshold);
  const champion = { version: manifest.version, metrics: evaluation.metrics };
  return { champion, evaluation, scored: { scores, threshold } };
}
