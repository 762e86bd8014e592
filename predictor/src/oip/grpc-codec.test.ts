import { fileURLToPath } from 'node:url';
import {
  array,
  assert,
  constantFrom,
  double,
  integer,
  property,
  record,
  tuple,
  uint8Array,
} from 'fast-check';
import protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';
import { InferenceError } from './inference-error.ts';
import type { Predictions } from './infer.ts';
import { openGrpc } from './open-grpc.ts';
import { aServedModel } from '../testing/served-model.ts';
import { FIELD_OF } from './typed-contents.ts';

// What the library makes of the .proto file: our reader and writer are held to it.
const root = new protobuf.Root().loadSync(
  fileURLToPath(new URL('../grpc/open-inference.proto', import.meta.url)),
  {
    keepCase: true,
  },
);
const requests = root.lookupType('inference.ModelInferRequest');
const responses = root.lookupType('inference.ModelInferResponse');
const contents = root.lookupType('inference.InferTensorContents');

const served = aServedModel('a', 'b?');
const NAMED = { model_name: 'shop', model_version: 'v3' };
const AB = { name: 'x', datatype: 'FP32', shape: [1, 2] };

function encode(request: object): Uint8Array {
  return requests.encode(requests.fromObject(request)).finish();
}

const matrixOf = (request: object): number[] => [...openGrpc(encode(request), served).rows.matrix];
const floats = (...values: number[]): Uint8Array => new Uint8Array(Float32Array.from(values).buffer);

describe('a ModelInferRequest', () => {
  it('has one tensor of all features, raw or typed', () => {
    expect(matrixOf({ ...NAMED, inputs: [AB], raw_input_contents: [floats(1, NaN)] })).toEqual([1, NaN]);
    expect(matrixOf({ ...NAMED, inputs: [{ ...AB, contents: { fp32_contents: [1, 2] } }] })).toEqual([1, 2]);
  });

  it('has a tensor a feature, and any version', () => {
    const inputs = [
      { name: 'b', datatype: 'INT64', shape: [2], contents: { int64_contents: [-2, 4] } },
      { name: 'a', datatype: 'BOOL', shape: [2, 1], contents: { bool_contents: [true, false] } },
    ];
    expect(matrixOf({ model_name: 'shop', inputs })).toEqual([1, -2, 0, 4]);
  });

  it('has the elements that protobufjs reads, packed or not, in every datatype', () => {
    const types = constantFrom(...Object.keys(FIELD_OF));
    assert(
      property(types, array(double({ noNaN: true, min: -1e30, max: 1e30 })), (datatype, numbers) => {
        const field = contents.fieldsById[FIELD_OF[datatype]!]!;
        const values = numbers.map((value) => fitting(datatype, value));
        const packed = contents.encode(contents.fromObject({ [field.name]: values })).finish();
        const apart = protobuf.Writer.create();
        for (const value of values) alone(apart, field, value);
        for (const bytes of [packed, apart.finish()]) {
          const input = protobuf.Writer.create().uint32(10).string('a').uint32(18).string(datatype);
          input.uint32(26).fork().int64(values.length).ldelim().uint32(42).bytes(bytes);
          const whole = protobuf.Writer.create()
            .uint32(10)
            .string('shop')
            .uint32(42)
            .bytes(input.finish())
            .finish();
          expect([...openGrpc(whole, aServedModel('a')).rows.matrix]).toEqual(values.map(Math.fround));
        }
      }),
    );
  });

  it.each([
    ['another model', { model_name: 'other' }, 'there is no such model here: it is shop'],
    ['another version', { model_name: 'shop', model_version: '1' }, 'shop is served in version v3 only'],
    ['no inputs', NAMED, 'inputs is empty'],
    [
      'more inputs than features',
      { ...NAMED, inputs: [AB, AB, AB, AB] },
      'there are more inputs than the model has features',
    ],
    [
      'too few raw contents',
      { ...NAMED, inputs: [AB, AB], raw_input_contents: [floats(1, 2)] },
      'raw_input_contents has 1 tensors, and there are 2 inputs',
    ],
    [
      'raw contents of another size',
      { ...NAMED, inputs: [AB], raw_input_contents: [floats(1)] },
      'has 4 bytes of data',
    ],
    [
      'both contents',
      {
        ...NAMED,
        inputs: [{ ...AB, contents: { fp32_contents: [1, 2] } }],
        raw_input_contents: [floats(1, 2)],
      },
      'send one of them',
    ],
    [
      'contents of another datatype',
      { ...NAMED, inputs: [{ ...AB, contents: { fp64_contents: [1, 2] } }] },
      'are of another datatype',
    ],
    [
      'too few contents',
      { ...NAMED, inputs: [{ ...AB, contents: { fp32_contents: [1] } }] },
      'has only 1 elements',
    ],
    [
      'too many contents',
      { ...NAMED, inputs: [{ ...AB, contents: { fp32_contents: [1, 2, 3] } }] },
      'has more contents than that',
    ],
    [
      'a huge shape',
      { ...NAMED, inputs: [{ ...AB, shape: [1e15, 2], contents: { fp32_contents: [1] } }] },
      'has less data than its shape says',
    ],
    [
      'a negative shape',
      { ...NAMED, inputs: [{ ...AB, shape: [-1, 2] }] },
      'a shape must have whole numbers',
    ],
    [
      '300 as a byte',
      { ...NAMED, inputs: [{ ...AB, datatype: 'INT8', contents: { int_contents: [1, 300] } }] },
      'element 1 of the input "x" (INT8 [1, 2]) is no INT8',
    ],
    ['an unknown output', { ...NAMED, inputs: [AB], outputs: [{ name: 'y' }] }, 'there is no output "y"'],
  ])('is refused with %s', (_, request, why) => {
    expect(() => matrixOf(request)).toThrow(why);
  });

  it('is read, or refused in a sentence, whatever its bytes are', () => {
    const input = record({
      name: constantFrom('a', 'b', 'x'),
      datatype: constantFrom('FP32', 'INT8', 'UINT64', 'BYTES'),
      shape: array(constantFrom(0, 1, 2, 1e12), { maxLength: 3 }),
      contents: record(
        { fp32_contents: array(double()), int_contents: array(integer()) },
        { requiredKeys: [] },
      ),
    });
    const request = record({
      inputs: array(input, { maxLength: 4 }),
      raw_input_contents: array(uint8Array(), { maxLength: 3 }),
    });
    const spoiled = tuple(request, integer({ min: 0 }), uint8Array()).map(([made, at, bytes]) => {
      const message = Buffer.from(encode({ ...NAMED, ...made }));
      message.set(
        bytes.subarray(0, Math.max(0, message.length - (at % message.length))),
        at % message.length,
      );
      return message;
    });
    assert(
      property(spoiled, uint8Array(), (message, bytes) => {
        for (const each of [message, bytes]) {
          try {
            openGrpc(each, served);
          } catch (error) {
            expect(error).toBeInstanceOf(InferenceError);
          }
        }
      }),
    );
  });
});

describe('a ModelInferResponse', () => {
  const predictions: Predictions = { scores: Float32Array.of(0.25, 0.75), labels: Int32Array.of(0, 1) };
  const answerTo = (request: object): unknown => {
    const { body } = openGrpc(encode({ ...NAMED, ...request }), served).write(predictions);
    return responses.toObject(responses.decode(body), { longs: Number, arrays: false });
  };

  it('has typed contents for typed ones', () => {
    const inputs = [{ ...AB, contents: { fp32_contents: [1, 2] } }];
    expect(answerTo({ id: '7', inputs })).toEqual({
      ...NAMED,
      id: '7',
      outputs: [
        {
          name: 'stockout_risk_score',
          datatype: 'FP32',
          shape: [2],
          contents: { fp32_contents: [0.25, 0.75] },
        },
        { name: 'stockout_risk_label', datatype: 'INT32', shape: [2], contents: { int_contents: [0, 1] } },
      ],
    });
  });

  it('has raw contents for raw ones, of the outputs that were asked for', () => {
    const raw_input_contents = [floats(1, 2)];
    const outputs = [{ name: 'stockout_risk_label' }, { name: 'stockout_risk_score' }];
    expect(answerTo({ inputs: [AB], outputs, raw_input_contents })).toEqual({
      ...NAMED,
      outputs: [
        { name: 'stockout_risk_label', datatype: 'INT32', shape: [2] },
        { name: 'stockout_risk_score', datatype: 'FP32', shape: [2] },
      ],
      raw_output_contents: [Buffer.from([0, 0, 0, 0, 1, 0, 0, 0]), Buffer.from(floats(0.25, 0.75))],
    });
  });
});

/** The number of the datatype that lies near. */
function fitting(datatype: string, value: number): number {
  if (datatype === 'FP64') return value;
  if (datatype === 'FP32') return Math.fround(value);
  if (datatype === 'BOOL') return Number(value > 0);
  const size = Math.trunc(Math.abs(value)) % 100;
  return datatype.startsWith('U') || value > 0 ? size : 0 - size;
}

function alone(writer: protobuf.Writer, { id, type }: protobuf.Field, value: number): void {
  const wireType = type === 'double' ? 1 : type === 'float' ? 5 : 0;
  writer.uint32((id << 3) | wireType);
  (writer[type as 'int32'] as (value: number | boolean) => void).call(
    writer,
    type === 'bool' ? value === 1 : value,
  );
}
