import type { Reader } from 'protobufjs';
import protobuf from 'protobufjs/minimal.js';
import { InferenceError } from './inference-error.ts';
import { type Contents, countOf, describe, type Target, type Tensor } from './tensor.ts';

/** The field of InferTensorContents that has the elements of a datatype. */
export const FIELD_OF: Readonly<Record<string, number>> = {
  BOOL: 1,
  INT8: 2,
  INT16: 2,
  INT32: 2,
  INT64: 3,
  UINT8: 4,
  UINT16: 4,
  UINT32: 4,
  UINT64: 5,
  FP32: 6,
  FP64: 7,
};

const READ: Readonly<Record<number, (reader: Reader) => number>> = {
  1: (reader) => Number(reader.bool()),
  2: (reader) => reader.int32(),
  3: (reader) => Number(reader.int64()),
  4: (reader) => reader.uint32(),
  5: (reader) => Number(reader.uint64()),
  6: (reader) => reader.float(),
  7: (reader) => reader.double(),
};
const DELIMITED = 2;

/** The bytes of an InferTensorContents. Repeated fields are packed, as proto3 does, or one element a time. */
export class TypedContents implements Contents {
  readonly most: number;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.most = bytes.length;
  }

  copy(tensor: Tensor, target: Target): void {
    const reader = protobuf.Reader.create(this.#bytes);
    try {
      readElements(reader, tensor, target);
    } catch (error) {
      if (error instanceof InferenceError) throw error;
      throw new InferenceError(
        `the contents of the input ${describe(tensor)} are broken: ${(error as Error).message}`,
      );
    }
  }
}

function readElements(reader: Reader, tensor: Tensor, { matrix, first, step }: Target): void {
  const { datatype } = tensor;
  const field = FIELD_OF[datatype.name]!;
  const read = READ[field]!;
  const count = countOf(tensor);
  let done = 0;
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag >>> 3 !== field) {
      throw new InferenceError(`the contents of the input ${describe(tensor)} are of another datatype`);
    }
    // An element that stands alone: the loop ends behind it.
    const end = (tag & 7) === DELIMITED ? reader.uint32() + reader.pos : reader.pos + 1;
    if (end > reader.len) throw new RangeError('they end too soon');
    while (reader.pos < end) {
      const value = read(reader);
      if (done === count)
        throw new InferenceError(`the input ${describe(tensor)} has more contents than that`);
      if (!datatype.holds(value) && !Number.isNaN(value)) {
        throw new InferenceError(`element ${done} of the input ${describe(tensor)} is no ${datatype.name}`);
      }
      matrix[first + done++ * step] = value;
    }
  }
  if (done < count) throw new InferenceError(`the input ${describe(tensor)} has only ${done} elements`);
}
