import type { Reader } from 'protobufjs';
import protobuf from 'protobufjs/minimal.js';
import { datatypeOf } from './datatypes.ts';
import { checkName, type ServedModel } from './infer.ts';
import { InferenceError } from './inference-error.ts';
import { type InferRequest, OUTPUTS } from './infer-request.ts';
import { RawContents } from './raw-contents.ts';
import { checkOutputs, outputName } from './read-json.ts';
import type { Contents, Tensor } from './tensor.ts';
import { TypedContents } from './typed-contents.ts';

/** No input of the protocol has more dimensions; without a bound two bytes of a message would become an object. */
const MOST_DIMENSIONS = 8;
/** Wire type of a message, a string or packed numbers. */
const DELIMITED = 2;

export interface GrpcInferRequest extends InferRequest {
  /** Raw bytes came, so that raw bytes are the answer. */
  readonly raw: boolean;
}

interface Sent {
  model: string;
  version: string;
  id: string;
  inputs: SentInput[];
  outputs: string[];
  raw: Uint8Array[];
}

interface SentInput {
  name: string;
  datatype: string;
  shape: number[];
  contents: Uint8Array | undefined;
}

/**
 * Reads a ModelInferRequest where it lies: a tensor's elements go straight into the matrix, and a message of
 * millions of empty inputs is refused at the first one too many, before there are objects for them.
 * @throws {InferenceError} when it is no such message, names another model, or contradicts itself
 */
export function readGrpcRequest(message: Uint8Array, served: ServedModel): GrpcInferRequest {
  const sent = decoded(() => readMessage(protobuf.Reader.create(message), served.features.length + 1));
  checkName(sent.model, sent.version, served);
  const { id, raw } = sent;
  if (raw.length > 0 && raw.length !== sent.inputs.length) {
    throw new InferenceError(
      `raw_input_contents has ${raw.length} tensors, and there are ${sent.inputs.length} inputs`,
    );
  }
  const inputs = sent.inputs.map((input, index) => tensorOf(input, raw[index]));
  const names = sent.outputs.length === 0 ? OUTPUTS.map(({ name }) => name) : sent.outputs.map(outputName);
  checkOutputs(names);
  const binary = raw.length > 0;
  return { id, inputs, outputs: names.map((name) => ({ name, binary })), raw: binary };
}

function tensorOf({ name, datatype, shape, contents }: SentInput, raw: Uint8Array | undefined): Tensor {
  const type = datatypeOf(datatype, name);
  if (raw !== undefined && contents !== undefined) {
    throw new InferenceError('inputs have contents, and raw_input_contents is there too: send one of them');
  }
  const data: Contents =
    raw === undefined ? new TypedContents(contents ?? new Uint8Array()) : new RawContents(raw);
  return { name, datatype: type, shape, contents: data };
}

function readMessage(reader: Reader, mostInputs: number): Sent {
  const sent: Sent = { model: '', version: '', id: '', inputs: [], outputs: [], raw: [] };
  eachField(reader, (field) => {
    if (field === 1) sent.model = reader.string();
    else if (field === 2) sent.version = reader.string();
    else if (field === 3) sent.id = reader.string();
    else if (field === 5) sent.inputs.push(readInput(protobuf.Reader.create(reader.bytes())));
    else if (field === 6) sent.outputs.push(readOutput(protobuf.Reader.create(reader.bytes())));
    else if (field === 7) sent.raw.push(reader.bytes());
    else return false;
    if (sent.inputs.length > mostInputs || sent.raw.length > mostInputs) {
      throw new InferenceError('there are more inputs than the model has features');
    }
    if (sent.outputs.length > OUTPUTS.length) {
      throw new InferenceError('there are more outputs asked for than the model has');
    }
    return true;
  });
  return sent;
}

function readInput(reader: Reader): SentInput {
  const input: SentInput = { name: '', datatype: '', shape: [], contents: undefined };
  eachField(reader, (field, wireType) => {
    if (field === 1) input.name = reader.string();
    else if (field === 2) input.datatype = reader.string();
    else if (field === 3) readShape(reader, wireType, input.shape);
    else if (field === 5 && input.contents === undefined) input.contents = reader.bytes();
    else if (field === 5) throw new InferenceError('an input has its contents twice');
    else return false;
    return true;
  });
  return input;
}

function readShape(reader: Reader, wireType: number, shape: number[]): void {
  const end = wireType === DELIMITED ? reader.uint32() + reader.pos : reader.pos + 1;
  while (reader.pos < end) {
    const size = Number(reader.int64());
    if (!Number.isSafeInteger(size) || size < 0 || shape.length === MOST_DIMENSIONS) {
      throw new InferenceError(`a shape must have whole numbers, and ${MOST_DIMENSIONS} of them at the most`);
    }
    shape.push(size);
  }
}

function readOutput(reader: Reader): string {
  let name = '';
  eachField(reader, (field) => {
    if (field !== 1) return false;
    name = reader.string();
    return true;
  });
  return name;
}

/** @param read what answers false for a field that it leaves alone */
function eachField(reader: Reader, read: (field: number, wireType: number) => boolean): void {
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    const wireType = tag & 7;
    if (!read(tag >>> 3, wireType)) reader.skipType(wireType);
  }
}

/** Whatever the reader stumbles over: the bytes end too soon, or are not what they say. */
function decoded<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof InferenceError) throw error;
    throw new InferenceError(`the bytes are no ModelInferRequest: ${(error as Error).message}`);
  }
}
