import { InferenceError } from './inference-error.ts';
import { type Contents, countOf, describe, type Target, type Tensor } from './tensor.ts';

/** Elements one after the other, little-endian: the binary tensor extension, and raw_input_contents. */
export class RawContents implements Contents {
  readonly most: number;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.most = bytes.length;
  }

  copy(tensor: Tensor, { matrix, first, step }: Target): void {
    const { datatype } = tensor;
    const bytes = this.#bytes;
    const needed = countOf(tensor) * datatype.bytes;
    if (bytes.length !== needed) {
      throw new InferenceError(
        `the input ${describe(tensor)} has ${bytes.length} bytes of data, and its shape and datatype need ${needed}`,
      );
    }
    // Matrices are as the processor has them, which is little-endian wherever Node runs.
    if (datatype.name === 'FP32' && step === 1) {
      new Uint8Array(matrix.buffer, matrix.byteOffset + 4 * first, needed).set(bytes);
      return;
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let at = 0, cell = first; at < needed; at += datatype.bytes, cell += step) {
      matrix[cell] = datatype.read(view, at);
    }
  }
}
