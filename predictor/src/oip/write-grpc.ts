import type { Writer } from 'protobufjs';
import protobuf from 'protobufjs/minimal.js';
import type { Predictions, ServedModel } from './infer.ts';
import { OUTPUTS, type RequestedOutput } from './infer-request.ts';
import type { GrpcInferRequest } from './read-grpc.ts';
import { FIELD_OF } from './typed-contents.ts';

const DELIMITED = 2;

/** A ModelInferResponse. */
export function writeGrpcAnswer(
  { scores, labels }: Predictions,
  { id = '', outputs, raw }: GrpcInferRequest,
  { model, version }: Pick<ServedModel, 'model' | 'version'>,
): Uint8Array {
  const writer = protobuf.Writer.create().uint32(10).string(model).uint32(18).string(version);
  if (id !== '') writer.uint32(26).string(id);
  const valuesOf = ({ name }: RequestedOutput): Float32Array | Int32Array =>
    name === 'stockout_risk_score' ? scores : labels;
  for (const output of outputs) {
    writer.uint32(42).fork();
    writeOutput(writer, output, valuesOf(output), raw);
    writer.ldelim();
  }
  if (raw) {
    for (const { buffer, byteOffset, byteLength } of outputs.map(valuesOf)) {
      writer.uint32(50).bytes(new Uint8Array(buffer, byteOffset, byteLength));
    }
  }
  return writer.finish();
}

function writeOutput(
  writer: Writer,
  { name }: RequestedOutput,
  values: Float32Array | Int32Array,
  raw: boolean,
): void {
  const datatype = OUTPUTS.find((output) => output.name === name)!.datatype;
  writer.uint32(10).string(name).uint32(18).string(datatype);
  writer.uint32(26).fork().int64(values.length).ldelim();
  if (raw) return;
  writer
    .uint32(42)
    .fork()
    .uint32((FIELD_OF[datatype]! << 3) | DELIMITED);
  if (datatype === 'FP32') writer.bytes(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  else {
    writer.fork();
    for (const value of values) writer.int32(value);
    writer.ldelim();
  }
  writer.ldelim();
}
