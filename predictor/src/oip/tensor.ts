import type { Datatype } from './datatypes.ts';
import { quoted } from './inference-error.ts';

/** An input of a request: what its sender says of it, and where its elements are. */
export interface Tensor {
  readonly name: string;
  readonly datatype: Datatype;
  readonly shape: readonly number[];
  readonly contents: Contents;
}

/** Elements as they came: JSON text, raw bytes, or a field of a protocol buffer. */
export interface Contents {
  /** Elements that can be in it at the most. It bounds what is allocated for a shape that lies. */
  readonly most: number;
  /**
   * Writes all elements, in row-major order, as 32-bit floats; NaN for one that is missing.
   * @throws {InferenceError} unless there are exactly as many as the shape says, each of the datatype
   */
  copy(tensor: Tensor, target: Target): void;
}

/** Where elements go: every `step`th cell of a matrix, from `first` on. */
export interface Target {
  readonly matrix: Float32Array;
  readonly first: number;
  readonly step: number;
}

/** Elements that a tensor has by its shape. */
export function countOf({ shape }: Pick<Tensor, 'shape'>): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** As `"price" (FP32 [2, 15])`. */
export function describe({ name, datatype, shape }: Tensor): string {
  return `${quoted(name)} (${datatype.name} [${shape.join(', ')}])`;
}
