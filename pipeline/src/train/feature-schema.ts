import { type Feature, InputError } from '@stockout/contracts';
import { describeFeature } from '@stockout/features';
import type { TrainRows } from './train-rows.ts';

type Rows = Pick<TrainRows, 'rows' | 'column' | 'row'>;

/**
 * What the training rows say about each feature: its range, whether it can be missing, and the values of one real row
 * as an example.
 * @throws InputError for a feature with infinite values
 */
export function buildFeatureSchema(names: readonly string[], train: Rows): Feature[] {
  const incomplete = new Uint8Array(train.rows);
  const ranges = names.map((_, column) => rangeOf(train.column(column), incomplete));
  const example = train.row(exampleRow(incomplete));
  return names.map((name, column) => {
    const { min, max, nulls } = ranges[column]!;
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
      example: orNull(example[column]!),
    };
  });
}

/** @param incomplete gets a 1 for each row where the value is missing */
function rangeOf(values: Float32Array, incomplete: Uint8Array) {
  let [min, max, nulls] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
  for (let row = 0; row < values.length; row++) {
    const value = values[row]!;
    if (Number.isNaN(value)) {
      nulls += 1;
      incomplete[row] = 1;
    } else {
      if (value < min) min = value;
      if (value > max) max = value;
    }
  }
  return nulls === values.length ? { min: 0, max: 0, nulls } : { min, max, nulls };
}

/** The row halfway through, or the first one from there on with no value missing. */
function exampleRow(incomplete: Uint8Array): number {
  const start = Math.floor(incomplete.length / 2);
  const complete = incomplete.indexOf(0, start);
  return complete < 0 ? start : complete;
}

/** JSON has no NaN. */
export function orNull(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
