import { parseJson, NotJsonError } from '../parse-json.ts';
import { cutData } from './cut-data.ts';
import { datatypeOf } from './datatypes.ts';
import { InferenceError, quoted } from './inference-error.ts';
import { type InferRequest, isOutputName, OUTPUTS, type RequestedOutput } from './infer-request.ts';
import { JsonContents } from './json-contents.ts';
import { RawContents } from './raw-contents.ts';
import type { Contents, Tensor } from './tensor.ts';

/** Names, shapes and parameters of hundreds of inputs are far less. */
const MOST_HEAD_CHARACTERS = 2 ** 20;
type Json = Record<string, unknown>;

export interface JsonInferRequest extends InferRequest {
  /** How an output is written of which the request says nothing, as RequestedOutput.binary. */
  readonly binary: boolean;
}

/**
 * Reads the body of an infer request: JSON, with the binary tensors of the extension behind it.
 * @param headerLength bytes of the JSON where binary data follows it, as Inference-Header-Content-Length says
 * @throws {InferenceError} when it is no request, or its sizes contradict one another
 */
export function readJsonRequest(body: Buffer, headerLength = body.length): JsonInferRequest {
  if (headerLength > body.length) {
    throw new InferenceError(
      `Inference-Header-Content-Length is ${headerLength}, and the body has ${body.length} bytes`,
    );
  }
  const { head, data } = cutData(body.subarray(0, headerLength));
  const request = parseHead(head, headerLength < body.length);
  const { id, inputs } = request;
  if (id !== undefined && typeof id !== 'string') throw new InferenceError('id must be a string');
  if (!Array.isArray(inputs)) throw new InferenceError('inputs must be an array of tensors');
  const binary = new BinaryData(body.subarray(headerLength));
  const tensors = inputs.map((input, index) => readInput(input, `inputs[${index}]`, data.get(index), binary));
  binary.expectEnd();
  return { id, inputs: tensors, ...readOutputs(request) };
}

function parseHead(head: string, cut: boolean): Json {
  if (head.length > MOST_HEAD_CHARACTERS) {
    throw new InferenceError(
      `without its data the JSON of the request is longer than ${MOST_HEAD_CHARACTERS} characters`,
    );
  }
  try {
    return objectOf(parseJson(head), 'the request');
  } catch (error) {
    if (!(error instanceof NotJsonError)) throw error;
    const where = cut ? ' (up to where Inference-Header-Content-Length says that it ends)' : '';
    throw new InferenceError(`the request is not JSON${where}: ${error.message}`);
  }
}

/** The tensors behind the JSON, in the order of the inputs that have one there. */
class BinaryData {
  #rest: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#rest = bytes;
  }

  take(size: unknown, where: string): Uint8Array {
    const known = typeof size === 'number' && Number.isInteger(size) && size >= 0;
    if (!known || size > this.#rest.length) {
      throw new InferenceError(
        `binary_data_size of ${where} is ${known ? size : 'no whole number'}, and ${this.#rest.length} bytes are left behind the JSON` +
          ' (Inference-Header-Content-Length says where it ends)',
      );
    }
    const taken = this.#rest.subarray(0, size);
    this.#rest = this.#rest.subarray(size);
    return taken;
  }

  expectEnd(): void {
    if (this.#rest.length === 0) return;
    throw new InferenceError(
      `${this.#rest.length} bytes behind the JSON belong to no input's binary_data_size`,
    );
  }
}

function readInput(input: unknown, where: string, data: Buffer | undefined, binary: BinaryData): Tensor {
  const { name, datatype, shape, parameters, data: other } = objectOf(input, where);
  if (typeof name !== 'string') throw new InferenceError(`${where}.name must be a string`);
  if (typeof datatype !== 'string') throw new InferenceError(`${where}.datatype must be a string`);
  if (!isShape(shape)) throw new InferenceError(`${where}.shape must be an array of whole numbers`);
  const { binary_data_size: size, shared_memory_region: region } = objectOf(
    parameters ?? {},
    `${where}.parameters`,
  );
  if (region !== undefined) throw new InferenceError(`${where} lies in shared memory, which is not served`);
  let contents: Contents;
  if (size === undefined && data !== undefined && other === null) contents = new JsonContents(data);
  else if (size !== undefined && data === undefined) contents = new RawContents(binary.take(size, where));
  else
    throw new InferenceError(`${where} must have either data, an array, or the parameter binary_data_size`);
  return { name, datatype: datatypeOf(datatype, name), shape, contents };
}

function readOutputs({ outputs, parameters }: Json): Pick<JsonInferRequest, 'outputs' | 'binary'> {
  const { binary_data_output: all = false } = objectOf(parameters ?? {}, 'parameters');
  return { outputs: readEach(outputs, all), binary: all === true };
}

function readEach(outputs: unknown, all: unknown): RequestedOutput[] {
  if (outputs === undefined || (Array.isArray(outputs) && outputs.length === 0)) {
    return OUTPUTS.map(({ name }) => ({ name, binary: all === true }));
  }
  if (!Array.isArray(outputs)) throw new InferenceError('outputs must be an array');
  const read = outputs.map((output, index) => readOutput(output, `outputs[${index}]`, all));
  checkOutputs(read.map(({ name }) => name));
  return read;
}

function readOutput(output: unknown, where: string, all: unknown): RequestedOutput {
  const { name, parameters } = objectOf(output, where);
  const {
    binary_data: binary = all,
    classification,
    shared_memory_region: region,
  } = objectOf(parameters ?? {}, `${where}.parameters`);
  if (classification !== undefined || region !== undefined) {
    throw new InferenceError(
      `${where}.parameters asks for classification or shared memory, which is not served`,
    );
  }
  return { name: outputName(name), binary: binary === true };
}

/** @throws {InferenceError} unless the model has such an output */
export function outputName(name: unknown): RequestedOutput['name'] {
  if (isOutputName(name)) return name;
  const known = OUTPUTS.map((output) => output.name).join(' and ');
  throw new InferenceError(`there is no output ${quoted(String(name))}: the model's are ${known}`);
}

/** @throws {InferenceError} when one is asked for twice */
export function checkOutputs(names: readonly string[]): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new InferenceError(`the output ${quoted(twice)} is asked for twice`);
}

function isShape(shape: unknown): shape is number[] {
  return Array.isArray(shape) && shape.every((size) => Number.isSafeInteger(size) && size >= 0);
}

function objectOf(value: unknown, where: string): Json {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json;
  throw new InferenceError(`${where} must be a JSON object`);
}
