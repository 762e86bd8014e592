import { type Calibration, type Feature, type Manifest, scoreOfMargin } from '@stockout/contracts';
import type { PipelineContext } from '../context.ts';
import { type Contributions, meanContributions } from '../evaluate/contributions.ts';
import { type Ranking, rankByScore } from '../evaluate/ranking.ts';
import { exportOnnx } from '../export/onnx.ts';
import { parseTreeModel } from '../export/tree-model.ts';
import type { BoosterParams, CurvePoint } from '../xgboost/protocol.ts';
import { predictScores } from '../xgboost/scorer.ts';
import type { Model, TrainedModel, XGBoost } from '../xgboost/xgboost.ts';
import { fitCalibration } from './calibrate.ts';
import { goldenPredictions } from './golden.ts';
import type { Material } from './material.ts';
import type { Training } from './supported.ts';
import { chooseThreshold } from './threshold.ts';

/** A trained model as it goes into files, and its scores of the test rows. */
export interface Fit {
  ubj: Uint8Array;
  onnx: Uint8Array;
  /** Trees: with early stopping fewer than asked for. */
  rounds: number;
  /** Total gain by feature; a feature that no tree uses is absent. */
  importance: Record<string, number>;
  /** Log loss by round, on the training rows and on the validation rows (on the test rows where there are none). */
  curve: CurvePoint[];
  calibration: Calibration | undefined;
  /** The validation rows by score; undefined where nothing was chosen on any. */
  validation: Ranking | undefined;
  threshold: Manifest['threshold'];
  contributions: Contributions;
  golden: Manifest['golden'];
  /** Probabilities, one a test row. */
  scores: Float32Array;
  /** The same before the calibration; undefined without one. */
  uncalibrated: Float32Array | undefined;
}

export interface FitOptions {
  training: Training;
  params: BoosterParams;
}

/** How many points the learning curve has; each costs about half a round. */
const CURVE_POINTS = 20;

/** Trains, and chooses on the validation rows what is to be chosen; the test rows decide nothing. */
export async function fit(
  context: PipelineContext,
  xgboost: XGBoost,
  material: Material,
  features: readonly Feature[],
  options: FitOptions,
): Promise<Fit> {
  const { test } = material;
  await using model = await trainModel(context, xgboost, material, features, options);
  const { calibration, validation } = await learnFromValidation(model, material, options.training);
  const threshold = chooseThreshold(context.model.spec.serving.threshold, validation);
  const { importance, curve, rounds } = model;
  return {
    ubj: await model.save('ubj'),
    onnx: exportOnnx(parseTreeModel(await model.save('json')), threshold.value, calibration),
    rounds,
    importance,
    curve,
    calibration,
    validation,
    threshold,
    contributions: await meanContributions(model, test, options.training.params.seed),
    golden: await goldenPredictions(model, features, test, calibration),
    scores: await predictScores(model, test, calibration),
    uncalibrated: calibration && (await model.predict(test)),
  };
}

function trainModel(
  context: PipelineContext,
  xgboost: XGBoost,
  { train, validation, test }: Material,
  features: readonly Feature[],
  { training, params }: FitOptions,
): Promise<TrainedModel> {
  const { rounds, earlyStoppingRounds } = training.params;
  return xgboost.train({
    data: train,
    evaluation: validation ?? test,
    evaluateEvery: Math.ceil(rounds / CURVE_POINTS),
    featureNames: features.map((feature) => feature.name),
    params,
    rounds,
    // Without validation rows there is nothing to stop by: the test rows only draw the curve.
    earlyStoppingRounds: validation && earlyStoppingRounds,
    signal: context.signal,
    onRound: (done) => context.report?.({ step: 'train', done, total: rounds }),
  });
}

/** The calibration, and then the validation rows in the order of what they score with it. */
async function learnFromValidation(
  model: Model,
  { validation }: Material,
  training: Training,
): Promise<{ calibration: Calibration | undefined; validation: Ranking | undefined }> {
  if (validation === undefined) return { calibration: undefined, validation: undefined };
  const { labels } = validation;
  const margins = await model.predict(validation, 'margin');
  const calibration = fitCalibration(training.calibration, margins, labels);
  return { calibration, validation: rankByScore(margins.map(scoreOfMargin(calibration)), labels) };
}
