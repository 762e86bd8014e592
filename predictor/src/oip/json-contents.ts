import { InferenceError } from './inference-error.ts';
import { NumberScanner } from './number-scanner.ts';
import { type Contents, countOf, describe, type Target, type Tensor } from './tensor.ts';

/**
 * The JSON array of a tensor's elements: flat, or with an array a row. It is read straight into the matrix. As
 * JavaScript arrays, which JSON.parse makes, a body would take fifteen times its size where it holds many short ones.
 */
export class JsonContents implements Contents {
  readonly most: number;
  readonly #text: Buffer;

  /** @param text the array, brackets included */
  constructor(text: Buffer) {
    this.#text = text;
    // An element and its comma are two characters.
    this.most = Math.ceil(text.length / 2);
  }

  copy(tensor: Tensor, target: Target): void {
    const { datatype } = tensor;
    const count = countOf(tensor);
    const { matrix, first, step } = target;
    const scanner = new NumberScanner(this.#text);
    let read = 0;
    const put = (value: number): void => {
      if (read === count) throw new InferenceError(`the input ${describe(tensor)} has more data than that`);
      // NaN is what null becomes: whether an element may be missing is the feature's to say.
      if (!datatype.holds(value) && !Number.isNaN(value)) {
        throw new InferenceError(`element ${read} of the input ${describe(tensor)} is no ${datatype.name}`);
      }
      matrix[first + read++ * step] = value;
    };
    try {
      scanner.readArray(tensor.shape, put);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      throw new InferenceError(`element ${read} of the input ${describe(tensor)} ${error.message}`);
    }
    if (read < count) throw new InferenceError(`the input ${describe(tensor)} has only ${read} elements`);
  }
}
