import { evaluateScores } from '@stockout/pipeline/evaluate';
import type { XGBoost } from '@stockout/pipeline/xgboost';
import { type Split, withFeatures } from './real-rows.ts';

export interface Setting {
  rounds: number;
  params: Record<string, string>;
}

export interface Judged {
  auc: number;
  prAuc: number;
}

/** Trains on one part of a split with these features, and tells how it ranks the other. */
export async function judge(
  xgboost: XGBoost,
  { train, held }: Split,
  features: readonly string[],
  { rounds, params }: Setting,
): Promise<Judged> {
  const data = matrixOf(withFeatures(train, features));
  await using model = await xgboost.train({
    data,
    featureNames: features,
    params: { objective: 'binary:logistic', tree_method: 'hist', seed: '42', ...params },
    rounds,
    onRound: () => {},
  });
  const scores = await model.predict(matrixOf(withFeatures(held, features)));
  const { metrics } = evaluateScores(scores, held.labels, 0.5);
  return { auc: metrics.auc ?? Number.NaN, prAuc: metrics.prAuc ?? Number.NaN };
}

function matrixOf({ values, labels, rows, features }: ReturnType<typeof withFeatures>) {
  return { values, labels, rows, columns: features.length };
}
