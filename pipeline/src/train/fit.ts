import type { Feature, Manifest } from '@stockout/contracts';
import type { PipelineContext } from '../context.ts';
import { exportOnnx } from '../export/onnx.ts';
import { parseTreeModel } from '../export/tree-model.ts';
import type { BoosterParams, CurvePoint } from '../xgboost/protocol.ts';
import type { XGBoost } from '../xgboost/xgboost.ts';
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
  golden: Manifest['golden'];
  /** Probabilities, one a test row. */
  scores: Float32Array;
}

export interface FitOptions {
  params: BoosterParams;
  rounds: number;
  threshold: number;
}

/** How many points the learning curve has; each costs about half a round. */
const CURVE_POINTS = 20;

export async function fit(
  context: PipelineContext,
  xgboost: XGBoost,
  { train, test }: Material,
  features: readonly Feature[],
  { params, rounds, threshold }: FitOptions,
): Promise<Fit> {
  await using model = await xgboost.train({
    data: train,
    evaluation: test,
    evaluateEvery: Math.ceil(rounds / CURVE_POINTS),
    featureNames: features.map((feature) => feature.name),
    params,
    rounds,
    signal: context.signal,
    onRound: (done) => context.report?.({ step: 'train', done, total: rounds }),
  });
  return {
    ubj: await model.save('ubj'),
    onnx: exportOnnx(parseTreeModel(await model.save('json')), threshold),
    importance: model.importance,
    curve: model.curve,
    golden: await goldenPredictions(model, features, test),
    scores: await model.predict(test),
  };
}
