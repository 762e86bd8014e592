import protobuf from 'protobufjs/minimal.js';
import { IntegrityError } from './integrity-error.ts';

/** Messages of onnx.proto in which a tensor may stand. */
type Place = 'model' | 'graph' | 'node' | 'attribute' | 'sparse' | 'function' | 'training' | 'tensor';

/** By message and number of a field: what that field holds. */
const FIELDS: Readonly<Record<Place, Readonly<Record<number, Place>>>> = {
  model: { 7: 'graph', 20: 'training', 25: 'function' },
  graph: { 1: 'node', 5: 'tensor', 15: 'sparse' },
  node: { 5: 'attribute' },
  attribute: { 5: 'tensor', 6: 'graph', 10: 'tensor', 11: 'graph', 22: 'sparse', 23: 'sparse' },
  sparse: { 1: 'tensor', 2: 'tensor' },
  function: { 7: 'node', 11: 'attribute' },
  training: { 1: 'graph', 2: 'graph' },
  tensor: {},
};

/** Of a tensor: where its data lie, a pair of key and value. */
const EXTERNAL_DATA = 13;
/** Wire type of a message, a string or packed numbers. */
const DELIMITED = 2;
/** Graphs may stand in graphs; in our models they do not. */
const DEEPEST = 64;

/**
 * Refuses a model whose tensors lie in other files: ONNX Runtime would open whatever path the model names.
 * @throws {IntegrityError} naming the path; also for what is no protobuf message
 */
export function checkOnnxFiles(onnx: Uint8Array): void {
  try {
    walk(protobuf.Reader.create(onnx), onnx.length, 'model', 0);
  } catch (error) {
    if (error instanceof IntegrityError) throw error;
    throw new IntegrityError(`model.onnx is no ONNX model: ${(error as Error).message}`);
  }
}

function walk(reader: protobuf.Reader, end: number, place: Place, depth: number): void {
  if (depth > DEEPEST) throw new IntegrityError(`model.onnx has messages more than ${DEEPEST} deep`);
  while (reader.pos < end) {
    const tag = reader.uint32();
    const [field, wire] = [tag >>> 3, tag & 7];
    const inner = wire === DELIMITED ? FIELDS[place][field] : undefined;
    if (place === 'tensor' && field === EXTERNAL_DATA) throw leadsElsewhere(reader.bytes());
    if (inner === undefined) reader.skipType(wire);
    else walk(reader, reader.uint32() + reader.pos, inner, depth + 1);
  }
}

function leadsElsewhere(entry: Uint8Array): IntegrityError {
  const words = Buffer.from(entry).toString('latin1').replaceAll(/[^ -~]+/g, ' ').trim().slice(0, 200); // prettier-ignore
  return new IntegrityError(
    `model.onnx has a tensor in another file (${words}), and nothing but the files of the version is read: export it as one file`,
  );
}
