import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Manifest } from '@stockout/contracts';
import { type Arbitrary, constantFrom, oneof, tuple, uint8Array } from 'fast-check';
import protobuf from 'protobufjs';
import { MODEL } from '../served-predictor.ts';
import { spliced, splices } from './splices.ts';

/** A unary call with these bytes as its message. */
export interface GrpcRequest {
  kind: 'grpc';
  /** As /package.Service/Method. */
  path: string;
  message: Buffer;
}

const PROTO = fileURLToPath(new URL('../../../predictor/src/grpc/open-inference.proto', import.meta.url));
const request = new protobuf.Root()
  .loadSync(PROTO, { keepCase: true })
  .lookupType('inference.ModelInferRequest');

const { model, features } = JSON.parse(readFileSync(new URL('manifest.json', MODEL), 'utf8')) as Manifest;
const VALUES = features.map(({ example }) => Number(example));
const TENSOR = { name: 'rows', datatype: 'FP32', shape: [1, VALUES.length] };

function encoded(content: object): Buffer {
  return Buffer.from(request.encode(request.fromObject({ model_name: model, ...content })).finish());
}

/** Messages that are answered: typed and raw, whole and by column. */
const INFERS: readonly Buffer[] = [
  encoded({ inputs: [{ ...TENSOR, contents: { fp32_contents: VALUES } }] }),
  encoded({ inputs: [TENSOR], raw_input_contents: [new Uint8Array(Float32Array.from(VALUES).buffer)] }),
  encoded({
    id: '1',
    inputs: features.map(({ name, example }) => ({
      name,
      datatype: 'FP64',
      shape: [1],
      contents: { fp64_contents: [Number(example)] },
    })),
  }),
];

const SERVICE = '/inference.GRPCInferenceService';
const PATHS = [
  'ModelInfer',
  'ServerLive',
  'ServerReady',
  'ServerMetadata',
  'ModelReady',
  'ModelMetadata',
].map((method) => `${SERVICE}/${method}`);

export const grpcRequest: Arbitrary<GrpcRequest> = oneof(
  {
    weight: 8,
    arbitrary: tuple(constantFrom(...INFERS), splices).map(([message, changes]): GrpcRequest => ({
      kind: 'grpc',
      path: PATHS[0]!,
      message: spliced(message, changes),
    })),
  },
  {
    weight: 1,
    arbitrary: tuple(
      constantFrom(...PATHS, '/grpc.health.v1.Health/Check', `${SERVICE}/RepositoryIndex`, '/no.Such/Method'),
      uint8Array({ maxLength: 60 }),
    ).map(([path, bytes]): GrpcRequest => ({ kind: 'grpc', path, message: Buffer.from(bytes) })),
  },
);
