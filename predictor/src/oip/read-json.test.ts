import {
  anything,
  array,
  assert,
  constantFrom,
  double,
  property,
  record,
  tuple,
  uint8Array,
} from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DATATYPES } from './datatypes.ts';
import { InferenceError } from './inference-error.ts';
import { openRest } from './open-rest.ts';
import { aServedModel } from '../testing/served-model.ts';

const served = aServedModel('a', 'b?');
const AB = { name: 'x', datatype: 'FP32', shape: [2, 2] };
const column = (name: string, data: unknown[], datatype = 'FP64') => ({
  name,
  datatype,
  shape: [data.length],
  data,
});

function matrixOf(request: object, ...binary: Uint8Array[]): number[] {
  const head = Buffer.from(JSON.stringify(request));
  const headerLength = binary.length === 0 ? undefined : head.length;
  return [...openRest(Buffer.concat([head, ...binary]), headerLength, served).rows.matrix];
}

const floats = (...values: number[]): Uint8Array => new Uint8Array(Float32Array.from(values).buffer);

describe('the inputs of a request', () => {
  it('are one tensor of all features in model order, under any name', () => {
    expect(matrixOf({ inputs: [{ ...AB, data: [1, 2, 3, null] }] })).toEqual([1, 2, 3, NaN]);
    expect(
      matrixOf({
        inputs: [
          {
            ...AB,
            data: [
              [1, 2],
              [3, 4],
            ],
          },
        ],
      }),
    ).toEqual([1, 2, 3, 4]);
  });

  it('are a tensor a feature, in any order', () => {
    expect(matrixOf({ inputs: [column('b', [2, 4], 'INT64'), column('a', [1, 3])] })).toEqual([1, 2, 3, 4]);
    const flag = { name: 'b', datatype: 'BOOL', shape: [2, 1], data: [true, false] };
    expect(matrixOf({ inputs: [column('a', [1, 3]), flag] })).toEqual([1, 1, 3, 0]);
  });

  it('are binary data behind the JSON, beside others in it', () => {
    const parameters = { binary_data_size: 8 };
    expect(
      matrixOf({ inputs: [{ ...AB, parameters: { binary_data_size: 16 } }] }, floats(1, 2, 3, NaN)),
    ).toEqual([1, 2, 3, NaN]);
    const b = { name: 'b', datatype: 'FP32', shape: [2], parameters };
    expect(matrixOf({ inputs: [b, column('a', [1, 3])] }, floats(2, 4))).toEqual([1, 2, 3, 4]);
  });

  it('are in binary what they are in JSON, in every datatype', () => {
    const types = [...DATATYPES.values()];
    const typed = constantFrom(...types).chain((type) =>
      tuple(
        constantFrom(type),
        array(double({ noNaN: true, min: -1e30, max: 1e30 }), { minLength: 2, maxLength: 2 }),
      ),
    );
    assert(
      property(typed, ([type, values]) => {
        const bytes = Buffer.alloc(2 * type.bytes);
        const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
        for (const [index, value] of values.entries()) write(view, index * type.bytes, type.name, value);
        const data = values.map((_, index) => type.read(view, index * type.bytes));
        const head = { name: 'x', datatype: type.name, shape: [1, 2] };
        const binary = matrixOf(
          { inputs: [{ ...head, parameters: { binary_data_size: bytes.length } }] },
          bytes,
        );
        expect(unsigned(binary)).toEqual(unsigned(matrixOf({ inputs: [{ ...head, data }] })));
        expect(binary).toEqual(data.map(Math.fround));
      }),
    );
  });

  it.each([
    ['no inputs', {}, 'inputs must be an array of tensors'],
    ['empty inputs', { inputs: [] }, 'inputs is empty'],
    ['an unknown name', { inputs: [column('a', [1]), column('c', [1])] }, 'the input "c" is not a feature'],
    ['a name twice', { inputs: [column('a', [1]), column('a', [1])] }, 'the input "a" is there twice'],
    ['a missing feature', { inputs: [column('a', [1])] }, 'inputs lack b'],
    ['another width', { inputs: [{ ...AB, shape: [2, 3], data: [] }] }, 'have the shape [n, 2]'],
    ['unequal lengths', { inputs: [column('a', [1]), column('b', [1, 2])] }, 'with the same n in all inputs'],
    ['far fewer elements', { inputs: [{ ...AB, data: [1] }] }, 'has less data than its shape says'],
    ['one element less', { inputs: [{ ...AB, data: [10, 20, 30] }] }, 'has only 3 elements'],
    ['more elements', { inputs: [{ ...AB, data: [1, 2, 3, 4, 5] }] }, 'has more data than that'],
    [
      'a huge shape',
      { inputs: [{ ...AB, shape: [9e15, 2], data: [1, 2] }] },
      'has less data than its shape says',
    ],
    [
      'a negative shape',
      { inputs: [{ ...AB, shape: [-1, 2], data: [] }] },
      'shape must be an array of whole numbers',
    ],
    [
      'text',
      { inputs: [{ ...AB, datatype: 'BYTES', data: ['1'] }] },
      'has the datatype "BYTES": send it as one of FP32',
    ],
    [
      'a word',
      { inputs: [{ ...AB, data: [1, 2, 3, '4'] }] },
      'element 3 of the input "x" (FP32 [2, 2]) is not a number',
    ],
    [
      '300 as a byte',
      { inputs: [{ ...AB, datatype: 'UINT8', data: [1, 2, 300, 4] }] },
      'element 2 of the input "x" (UINT8 [2, 2]) is no UINT8',
    ],
    ['a value that must be there', { inputs: [{ ...AB, data: [1, 2, null, 4] }] }, 'row 1: a is missing'],
    [
      'a value beyond 32 bits',
      { inputs: [{ ...AB, data: [1, 2, 3, 1e39] }] },
      'row 1: b must be a finite 32-bit number',
    ],
    ['no data', { inputs: [AB] }, 'must have either data, an array, or the parameter binary_data_size'],
    [
      'shared memory',
      { inputs: [{ ...AB, parameters: { shared_memory_region: 'r' } }] },
      'shared memory, which is not served',
    ],
    ['an id that is a number', { id: 1, inputs: [] }, 'id must be a string'],
    ['an unknown output', { inputs: [], outputs: [{ name: 'predict' }] }, 'there is no output "predict"'],
    [
      'classification',
      { inputs: [], outputs: [{ name: 'x', parameters: { classification: 2 } }] },
      'which is not served',
    ],
  ])('are refused with %s', (_, request, why) => {
    expect(() => matrixOf(request)).toThrow(why);
  });

  it.each([
    [
      'fewer bytes than the shape',
      [{ ...AB, parameters: { binary_data_size: 12 } }],
      12,
      'has 12 bytes of data, and its shape and datatype need 16',
    ],
    [
      'more than are there',
      [{ ...AB, parameters: { binary_data_size: 16 } }],
      12,
      'binary_data_size of inputs[0] is 16, and 12 bytes are left',
    ],
    ['a negative size', [{ ...AB, parameters: { binary_data_size: -1 } }], 16, 'is no whole number'],
    [
      'some that nobody names',
      [{ ...AB, data: [1, 2, 3, 4] }],
      4,
      '4 bytes behind the JSON belong to no input',
    ],
    [
      'data as well',
      [{ ...AB, data: [], parameters: { binary_data_size: 16 } }],
      16,
      'must have either data',
    ],
  ])('are refused with binary data of %s', (_, inputs, bytes, why) => {
    expect(() => matrixOf({ inputs }, new Uint8Array(bytes))).toThrow(why);
  });

  it('are refused when the header ends within the JSON', () => {
    expect(() => openRest(Buffer.from('{"inputs":[]}'), 9, served)).toThrow(
      'the request is not JSON (up to where Inference-Header-Content-Length says that it ends)',
    );
  });

  it('are refused when the header is longer than the body', () => {
    expect(() => openRest(Buffer.from('{}'), 3, served)).toThrow(
      'Inference-Header-Content-Length is 3, and the body has 2',
    );
  });

  it('are read, or refused in a sentence, whatever the request is', () => {
    const input = record(
      {
        name: constantFrom('a', 'b', 'x'),
        datatype: constantFrom('FP32', 'INT8', 'BYTES', '__proto__'),
        shape: array(constantFrom<unknown>(0, 1, 2, -1, 1e300, 'x'), { maxLength: 3 }),
        data: anything(),
        parameters: record(
          { binary_data_size: constantFrom<unknown>(0, 4, 8, -1, 1.5, null) },
          { requiredKeys: [] },
        ),
      },
      { requiredKeys: [] },
    );
    const request = record(
      { id: anything(), inputs: array(input), outputs: anything(), parameters: anything() },
      { requiredKeys: ['inputs'] },
    );
    assert(
      property(request, uint8Array(), (made, bytes) => {
        expectRefusal(() => void matrixOf(made, bytes));
        expectRefusal(() => void openRest(bytes, undefined, served));
      }),
    );
  });
});

/** JSON.stringify writes -0 as 0. */
function unsigned(numbers: number[]): number[] {
  return numbers.map((value) => value + 0);
}

function expectRefusal(read: () => void): void {
  try {
    read();
  } catch (error) {
    expect(error).toBeInstanceOf(InferenceError);
  }
}

function write(view: DataView, at: number, datatype: string, value: number): void {
  if (datatype === 'FP32') view.setFloat32(at, value, true);
  else if (datatype === 'FP64') view.setFloat64(at, value, true);
  else if (datatype === 'BOOL') view.setUint8(at, Number(value > 0));
  else if (datatype.endsWith('8')) view.setInt8(at, value);
  else if (datatype.endsWith('16')) view.setInt16(at, value, true);
  else if (datatype.endsWith('32')) view.setInt32(at, value, true);
  // Beyond 2^53 JSON numbers are not exact.
  else view.setBigInt64(at, BigInt(Math.trunc(value % 2 ** 31)), true);
}
