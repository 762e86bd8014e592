import { seededRandom } from '../train/seeded-random.ts';
import type { Matrix } from '../xgboost/binding.ts';
import type { Model } from '../xgboost/xgboost.ts';

/** Rows whose contributions are looked at: enough for two digits of a mean, and a second of work at the most. */
const SAMPLE = 2000;

export interface Contributions {
  /** Rows in the sample. */
  rows: number;
  /** Mean absolute SHAP value in log odds, one a feature. */
  means: number[];
}

/**
 * How much each feature moves the margin, on a seeded sample of the test rows: the mean absolute SHAP value
 * (Lundberg et al. 2020, From Local Explanations to Global Understanding), by XGBoost's own exact TreeSHAP.
 */
export async function meanContributions(model: Model, rows: Matrix, seed: number): Promise<Contributions> {
  const sample = sampleRows(rows, seed);
  const values = await model.contributions(sample);
  const width = rows.columns + 1; // The last column is the bias.
  const means = Array.from({ length: rows.columns }, (_, column) => {
    let sum = 0;
    for (let row = 0; row < sample.rows; row++) sum += Math.abs(values[row * width + column]!);
    return sum / Math.max(sample.rows, 1);
  });
  return { rows: sample.rows, means };
}

/** Selection sampling (Knuth, TAOCP 3.4.2, algorithm S), in order. */
function sampleRows({ values, rows, columns }: Matrix, seed: number): Matrix {
  const random = seededRandom(seed);
  const taken = Math.min(SAMPLE, rows);
  const sample = new Float32Array(taken * columns);
  let at = 0;
  for (let row = 0; row < rows && at < taken; row++) {
    if (random() * (rows - row) >= taken - at) continue;
    sample.set(values.subarray(row * columns, (row + 1) * columns), at++ * columns);
  }
  return { values: sample, rows: taken, columns };
}
