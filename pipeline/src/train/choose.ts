import { type Calibration, type Manifest, scoreOfMargin } from '@stockout/contracts';
import type { PipelineContext } from '../context.ts';
import { type Ranking, rankByScore } from '../evaluate/ranking.ts';
import type { FeaturesTable } from '../features.ts';
import type { CurvePoint } from '../xgboost/protocol.ts';
import { type GivenTrees, type TrainedModel, XGBoost } from '../xgboost/xgboost.ts';
import { fitCalibration } from './calibrate.ts';
import { learnEvery } from './fit.ts';
import { type Parts, readParts } from './material.ts';
import { boosterParams } from './params.ts';
import type { Training } from './supported.ts';
import { chooseThreshold } from './threshold.ts';
import { needsValidation } from './validation.ts';

/** What of a model is not learned from the rows that it is trained on. */
export interface Choice {
  /** Trees: with early stopping fewer than asked for. */
  rounds: number;
  calibration: Calibration | undefined;
  threshold: Manifest['threshold'];
  /** Where it was chosen; undefined where nothing had to be. */
  on: ChosenOn | undefined;
}

export interface ChosenOn {
  /** The validation rows by their score, calibrated. */
  ranking: Ranking;
  rows: number;
  /** Log loss by round, on the rows trained on for choosing and on the validation rows. */
  curve: CurvePoint[];
}

/**
 * Chooses threshold, calibration and number of trees with a model that has not seen the validation rows, which is then
 * dropped: the version's own trains on them too, since the newest days teach most. The test rows decide nothing.
 * @param given trees that are not trained here, nor twice
 */
export async function choose(
  context: PipelineContext,
  table: FeaturesTable,
  training: Training,
  given?: GivenTrees,
): Promise<Choice> {
  const { serving } = context.model.spec;
  const { rounds } = training.params;
  if (!needsValidation(training, serving)) {
    return {
      rounds,
      calibration: undefined,
      threshold: chooseThreshold(serving.threshold, undefined),
      on: undefined,
    };
  }
  using parts = await readParts(context, table, training);
  const { validation } = parts;
  await using xgboost = await XGBoost.start();
  await using model = await (given
    ? xgboost.adopt(given)
    : trainToChoose(context, xgboost, parts, table, training));
  const margins = await model.predict(validation, 'margin');
  const calibration = fitCalibration(training.calibration, margins, validation.labels);
  const ranking = rankByScore(margins.map(scoreOfMargin(calibration)), validation.labels);
  const threshold = chooseThreshold(serving.threshold, ranking);
  const { curve } = model;
  return { rounds: model.rounds, calibration, threshold, on: { ranking, rows: validation.rows, curve } };
}

function trainToChoose(
  context: PipelineContext,
  xgboost: XGBoost,
  { train, validation }: Parts,
  table: FeaturesTable,
  training: Training,
): Promise<TrainedModel> {
  const { rounds, earlyStoppingRounds } = training.params;
  return xgboost.train({
    data: train.data,
    evaluation: validation,
    evaluateEvery: learnEvery(rounds),
    featureNames: table.features,
    params: boosterParams(training.params, table.features),
    rounds,
    earlyStoppingRounds,
    signal: context.signal,
    onRound: (done) => context.report?.({ step: 'choose', done, total: rounds }),
  });
}
