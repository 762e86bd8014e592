import { type Feature, InputError } from '@stockout/contracts';
import { describeFeature } from '@stockout/features';
import type { Matrix } from '../xgboost/binding.ts';

/**
 * What the training rows say about each feature: its range, whether it can be missing, and the values of one real row
 * as an example.
 * @throws InputError for a feature with infinite values
 */
export function buildFeatureSchema(names: readonly string[], train: Matrix): Feature[] {
  const example = exampleRow(train);
  return names.map((name, column) => {
    const { min, max, nulls } = rangeOf(train, column);
    if (min === Number.NEGATIVE_INFINITY || max === Number.POSITIVE_INFINITY) {
      throw new InputError(
        `feature ${name} has infinite values: check its raw columns and ingest them again`,
      );
    }
    return {
      name,
      description: describeFeature(name),
      nullable: nulls > 0,
      min: nulls === train.rows ? null : min,
      max: nulls === train.rows ? null : max,
      example: orNull(train.values[example * train.columns + column] as number),
    };
  });
}

function rangeOf({ values, rows, columns }: Matrix, column: number) {
  let [min, max, nulls] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
  for (let row = 0, at = column; row < rows; row++, at += columns) {
    const value = values[at] as number;
    if (Number.isNaN(value)) nulls += 1;
    else {
      if (value < min) min = value;
      if (value > max) max = value;
    }
  }
  return nulls === rows ? { min: 0, max: 0, nulls } : { min, max, nulls };
}

/** The row halfway through, or the first one from there on with no value missing. */
function exampleRow({ values, rows, columns }: Matrix): number {
  const start = Math.floor(rows / 2);
  for (let row = start; row < rows; row++) {
    if (!values.subarray(row * columns, (row + 1) * columns).some(Number.isNaN)) return row;
  }
  return start;
}

/** JSON has no NaN. */
export function orNull(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
