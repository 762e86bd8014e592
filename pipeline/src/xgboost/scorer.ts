import { createHash } from 'node:crypto';
import {
  type Calibration,
  type Manifest,
  scoreOfMargin,
  StockoutError,
  versionPath,
} from '@stockout/contracts';
import type { Storage } from '@stockout/storage';
import type { Matrix } from './binding.ts';
import { type Model, XGBoost } from './xgboost.ts';

/** A version that scores rows. */
export interface Scorer {
  /** In model order: column i of the matrix. */
  features: string[];
  /** From which score on a row is labelled 1. */
  threshold: number;
  /**
   * @param matrix `rows` x features, row by row; NaN is missing
   * @returns the probability of a stockout, one a row
   */
  score(matrix: Float32Array, rows: number): Promise<Float32Array>;
}

/**
 * The version of a manifest, scored by XGBoost itself in a worker thread.
 * @throws StockoutError when model.ubj is not the file that the manifest pins
 */
export async function loadScorer(storage: Storage, manifest: Manifest): Promise<Scorer & AsyncDisposable> {
  const bytes = await readModel(storage, manifest);
  const xgboost = await XGBoost.start();
  try {
    const columns = manifest.features.length;
    const model = await xgboost.load(bytes);
    return {
      features: manifest.features.map((feature) => feature.name),
      threshold: manifest.threshold.value,
      score: (values, rows) => predictScores(model, { values, rows, columns }, manifest.calibration),
      [Symbol.asyncDispose]: () => xgboost[Symbol.asyncDispose](),
    };
  } catch (error) {
    await xgboost[Symbol.asyncDispose]();
    throw error;
  }
}

/** Probabilities as the version gives them: XGBoost's own, or calibrated. */
export async function predictScores(
  model: Model,
  matrix: Matrix,
  calibration: Calibration | undefined,
): Promise<Float32Array> {
  if (calibration === undefined) return model.predict(matrix);
  return (await model.predict(matrix, 'margin')).map(scoreOfMargin(calibration));
}

/** The bytes of model.ubj, checked against the manifest. */
export async function readModel(storage: Storage, manifest: Manifest): Promise<Uint8Array> {
  const { namespace, model, version, digest } = manifest;
  const key = `${versionPath(namespace, model, version)}/model.ubj`;
  const bytes = await storage.read(key);
  const found = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  if (found !== digest) {
    throw new StockoutError(
      `${key} in ${storage.uri} has the digest ${found}, its manifest says ${digest}: restore the file or train again`,
    );
  }
  return bytes;
}
