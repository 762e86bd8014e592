import type { Calibration, Feature, Manifest } from '@stockout/contracts';
import type { Matrix } from '../xgboost/binding.ts';
import { predictScores } from '../xgboost/scorer.ts';
import type { Model } from '../xgboost/xgboost.ts';
import { orNull } from './feature-schema.ts';

const ROWS = 32;
const ROWS_WITH_NULLS = 8;

/**
 * Rows with XGBoost's own margin, and their score, by which whoever loads the version proves that it scores as it should:
 * the extremes of training, everything missing, and rows from all over the test rows, some with missing values.
 */
export async function goldenPredictions(
  model: Model,
  features: readonly Feature[],
  test: Matrix,
  calibration: Calibration | undefined,
): Promise<Manifest['golden']> {
  const rows = [...extremeRows(features), ...sampleRows(test)];
  const columns = features.length;
  const matrix = { values: new Float32Array(rows.flat()), rows: rows.length, columns };
  const margins = await model.predict(matrix, 'margin');
  const scores = await predictScores(model, matrix, calibration);
  return rows.map((row, i) => ({
    features: row.map(orNull),
    margin: margins[i] as number,
    score: scores[i] as number,
  }));
}

function extremeRows(features: readonly Feature[]): number[][] {
  return [
    features.map(() => Number.NaN),
    features.map(({ min }) => min ?? Number.NaN),
    features.map(({ max }) => max ?? Number.NaN),
  ];
}

function sampleRows(test: Matrix): number[][] {
  const withNulls = rowsWithNulls(test);
  const wanted = [
    ...evenly(withNulls.length, ROWS_WITH_NULLS).map((i) => withNulls[i] as number),
    ...evenly(test.rows, ROWS - ROWS_WITH_NULLS - 3),
  ];
  return wanted.map((row) => Array.from(test.values.subarray(row * test.columns, (row + 1) * test.columns)));
}

function rowsWithNulls({ values, rows, columns }: Matrix): number[] {
  const found: number[] = [];
  for (let row = 0; row < rows; row++) {
    if (values.subarray(row * columns, (row + 1) * columns).some(Number.isNaN)) found.push(row);
  }
  return found;
}

/** At most `count` of the numbers below `length`, evenly spread. */
function evenly(length: number, count: number): number[] {
  const taken = Math.min(length, count);
  return Array.from({ length: taken }, (_, i) => Math.floor((i * length) / taken));
}
