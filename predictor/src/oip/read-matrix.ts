import type { Feature } from '@stockout/contracts';
import { InferenceError, quoted } from './inference-error.ts';
import { countOf, describe, type Tensor } from './tensor.ts';

/** Rows in model order, checked. */
export interface Rows {
  matrix: Float32Array;
  count: number;
}

/**
 * Puts the inputs together: one tensor [n, features] in model order under any name, or one a feature under the
 * feature's name, [n] or [n, 1], in any order.
 * @throws {InferenceError} when they are neither, or a value is none that the model takes
 */
export function readMatrix(inputs: readonly Tensor[], features: readonly Feature[]): Rows {
  const [only] = inputs;
  if (only === undefined)
    throw new InferenceError('inputs is empty: send a tensor for each feature, or one of them all');
  const rows =
    inputs.length === 1 && isWhole(only, features)
      ? readWhole(only, features)
      : readColumns(inputs, features);
  checkValues(rows, features);
  return rows;
}

function isWhole({ name, shape }: Tensor, features: readonly Feature[]): boolean {
  return (
    (shape.length === 2 && shape[1] === features.length) || features.every((feature) => feature.name !== name)
  );
}

function readWhole(tensor: Tensor, features: readonly Feature[]): Rows {
  const { shape, contents } = tensor;
  const width = features.length;
  if (shape.length !== 2 || shape[1] !== width) {
    throw new InferenceError(
      `the input ${describe(tensor)} is neither a feature of the model nor all of them, which have the shape [n, ${width}]`,
    );
  }
  checkRoom(tensor);
  const matrix = new Float32Array(countOf(tensor));
  contents.copy(tensor, { matrix, first: 0, step: 1 });
  return { matrix, count: shape[0] as number };
}

function readColumns(inputs: readonly Tensor[], features: readonly Feature[]): Rows {
  const byName = new Map(inputs.map((input) => [input.name, input]));
  checkNames(inputs, byName, features);
  const [first] = inputs as readonly [Tensor];
  const count = first.shape[0] ?? 0;
  for (const tensor of inputs) {
    const { shape } = tensor;
    const isColumn = shape.length === 1 || (shape.length === 2 && shape[1] === 1);
    if (!isColumn || shape[0] !== count) {
      throw new InferenceError(
        `the input ${describe(tensor)} must have the shape [n] or [n, 1], with the same n in all inputs`,
      );
    }
    checkRoom(tensor);
  }
  const width = features.length;
  const matrix = new Float32Array(count * width);
  for (const [index, { name }] of features.entries()) {
    const tensor = byName.get(name) as Tensor;
    tensor.contents.copy(tensor, { matrix, first: index, step: width });
  }
  return { matrix, count };
}

function checkNames(
  inputs: readonly Tensor[],
  byName: ReadonlyMap<string, Tensor>,
  features: readonly Feature[],
): void {
  const names = new Set(features.map(({ name }) => name));
  const unknown = inputs.find(({ name }) => !names.has(name));
  if (unknown !== undefined)
    throw new InferenceError(`the input ${quoted(unknown.name)} is not a feature of this model`);
  const twice = inputs.find((input) => byName.get(input.name) !== input);
  if (twice !== undefined) throw new InferenceError(`the input ${quoted(twice.name)} is there twice`);
  const missing = [...names].filter((name) => !byName.has(name));
  if (missing.length === 0) return;
  const some = missing.slice(0, 5).join(', ');
  const more = missing.length > 5 ? ` and ${missing.length - 5} more` : '';
  throw new InferenceError(`inputs lack ${some}${more}: the model takes a tensor for each of its features`);
}

/** Before memory is taken for a shape, its elements must be possible. */
function checkRoom(tensor: Tensor): void {
  if (countOf(tensor) <= tensor.contents.most) return;
  throw new InferenceError(`the input ${describe(tensor)} has less data than its shape says`);
}

function checkValues({ matrix, count }: Rows, features: readonly Feature[]): void {
  const width = features.length;
  for (let row = 0, cell = 0; row < count; row++) {
    for (let column = 0; column < width; column++, cell++) {
      const value = matrix[cell]!;
      // Finite, and no NaN: one comparison for nearly every value.
      if (value - value === 0) continue;
      const { name, nullable } = features[column]!;
      if (!Number.isNaN(value))
        throw new InferenceError(`row ${row}: ${name} must be a finite 32-bit number (at most 3.4e38)`);
      if (!nullable)
        throw new InferenceError(`row ${row}: ${name} is missing (null or NaN), and the model needs it`);
    }
  }
}
