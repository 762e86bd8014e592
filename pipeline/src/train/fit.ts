import type { Feature, Manifest } from '@stockout/contracts';
import type { PipelineContext } from '../context.ts';
import { type Contributions, meanContributions } from '../evaluate/contributions.ts';
import { parseTreeModel } from '../export/tree-model.ts';
import type { BoosterParams, CurvePoint } from '../xgboost/protocol.ts';
import { predictScores } from '../xgboost/scorer.ts';
import type { GivenTrees, TrainedModel, XGBoost } from '../xgboost/xgboost.ts';
import type { Choice } from './choose.ts';
import { goldenPredictions } from './golden.ts';
import type { Material } from './material.ts';

/** A trained model as it goes into files, and its scores of the test rows. */
export interface Fit {
  ubj: Uint8Array;
  onnx: Uint8Array;
  /** Total gain by feature; a feature that no tree uses is absent. */
  importance: Record<string, number>;
  /** Log loss by round, on the training rows and on the test rows. */
  curve: CurvePoint[];
  contributions: Contributions;
  golden: Manifest['golden'];
  /** Probabilities, one a test row. */
  scores: Float32Array;
  /** The same before the calibration; undefined without one. */
  uncalibrated: Float32Array | undefined;
}

export interface FitOptions {
  choice: Choice;
  params: BoosterParams;
  seed: number;
  /** These instead of training any. */
  given?: GivenTrees | undefined;
}

/** How many points the learning curve has; each costs about half a round. */
const CURVE_POINTS = 20;

/** After how many rounds each the learning curve has a point. */
export function learnEvery(rounds: number): number {
  return Math.ceil(rounds / CURVE_POINTS);
}

/** Trains on all rows outside the test, with what was chosen before. */
export async function fit(
  context: PipelineContext,
  xgboost: XGBoost,
  material: Material,
  features: readonly Feature[],
  options: FitOptions,
): Promise<Fit> {
  const { test } = material;
  const { calibration, threshold } = options.choice;
  await using model = await trainModel(context, xgboost, material, features, options);
  const { importance, curve } = model;
  // What does not train needs no writer of ONNX, which takes a while to load.
  const { exportOnnx } = await import('../export/onnx.ts');
  return {
    ubj: await model.save('ubj'),
    onnx: exportOnnx(parseTreeModel(await model.save('json')), threshold.value, calibration),
    importance,
    curve,
    contributions: await meanContributions(model, test, options.seed),
    golden: await goldenPredictions(model, features, test, calibration),
    scores: await predictScores(model, test, calibration),
    uncalibrated: calibration && (await model.predict(test)),
  };
}

function trainModel(
  context: PipelineContext,
  xgboost: XGBoost,
  { train, test }: Material,
  features: readonly Feature[],
  { choice: { rounds }, params, given }: FitOptions,
): Promise<TrainedModel> {
  if (given !== undefined) return xgboost.adopt(given);
  return xgboost.train({
    data: train.data,
    // They draw the curve and stop nothing.
    evaluation: test,
    // MLflow shows every round, for a fifth more of the time; the model is the same.
    evaluateEvery: context.model.spec.tracking?.mlflow === undefined ? learnEvery(rounds) : 1,
    featureNames: features.map((feature) => feature.name),
    params,
    rounds,
    signal: context.signal,
    onRound: (done) => context.report?.({ step: 'train', done, total: rounds }),
  });
}
