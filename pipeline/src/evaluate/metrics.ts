import type { ConfusionMatrix, Metrics } from '@stockout/contracts';
import { confusionMatrix, f1Score, precision, recall } from './confusion.ts';
import {
  type CalibrationBin,
  brierScore,
  calibrationBins,
  calibrationError,
  logLoss,
} from './probability-metrics.ts';
import { type Ranking, rankByScore } from './ranking.ts';
import { areaUnderRoc, averagePrecision } from './ranking-metrics.ts';

/** The quality of scores on rows whose label is known, with what the report draws. */
export interface Evaluation {
  metrics: Metrics;
  confusionMatrix: ConfusionMatrix;
  ranking: Ranking;
  calibration: CalibrationBin[];
}

/**
 * @param scores probabilities, one a row
 * @param labels 0 or 1, one a row
 * @param threshold from which score on a row is labelled 1
 */
export function evaluateScores(scores: Float32Array, labels: Float32Array, threshold: number): Evaluation {
  const ranking = rankByScore(scores, labels);
  const matrix = confusionMatrix(scores, labels, threshold);
  const calibration = calibrationBins(scores, labels);
  const metrics = {
    auc: areaUnderRoc(ranking),
    prAuc: averagePrecision(ranking),
    f1: f1Score(matrix),
    precision: precision(matrix),
    recall: recall(matrix),
    brier: brierScore(scores, labels),
    logLoss: logLoss(scores, labels),
    ece: calibrationError(calibration),
  };
  return { metrics, confusionMatrix: matrix, ranking, calibration };
}
