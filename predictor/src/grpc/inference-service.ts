import type {
  sendUnaryData,
  ServerUnaryCall,
  ServiceDefinition,
  UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { unavailable } from '../http/problem.ts';
import { checkName, type InferAnswer, type ServedModel } from '../oip/infer.ts';
import { InferenceError } from '../oip/inference-error.ts';
import { INLINE_BYTES, inferHere, inferInWorker } from '../oip/inference.ts';
import { modelMetadata, SERVER_METADATA } from '../oip/metadata.ts';
import { openGrpc } from '../oip/open-grpc.ts';
import { servedModelOf } from '../oip/served-model.ts';
import type { Runtime } from '../runtime.ts';
import type { Serving } from '../serving.ts';
import { GrpcExchange } from './grpc-exchange.ts';

export const SERVICE = 'inference.GRPCInferenceService';
/** Also what its calls are counted under. */
export const INFER_PATH = `/${SERVICE}/ModelInfer`;

interface ModelRequest {
  name: string;
  version: string;
}

/** The service, but that messages of ModelInfer stay bytes: large ones are read in the worker. */
export function withRawInference(service: ServiceDefinition): ServiceDefinition {
  const raw = { ...service['ModelInfer']!, requestDeserialize: asItIs, responseSerialize: asItIs };
  return { ...service, ModelInfer: raw };
}

function asItIs(message: Buffer): Buffer {
  return message;
}

/** The calls of the Open Inference Protocol. */
export function openInferenceService(runtime: Runtime): UntypedServiceImplementation {
  const model = ({ name, version }: ModelRequest): ServedModel => {
    const served = servedModelOf(expectServing(runtime).model.manifest);
    checkName(name, version, served);
    return served;
  };
  return {
    ServerLive: answering(runtime, () => ({ live: true })),
    ServerReady: answering(runtime, () => ({ ready: runtime.lifecycle.ready })),
    ServerMetadata: answering(runtime, () => SERVER_METADATA),
    ModelMetadata: answering(runtime, (request: ModelRequest) => modelMetadata(model(request))),
    ModelReady: answering(runtime, (request: ModelRequest) => {
      model(request);
      return { ready: runtime.lifecycle.ready };
    }),
    ModelInfer: answering(runtime, (message: Buffer) => infer(message, runtime), INFER_PATH),
  };
}

function expectServing({ serving, lifecycle }: Runtime): Serving {
  if (serving === undefined) throw unavailable(lifecycle.reason, 5);
  return serving;
}

function infer(message: Buffer, runtime: Runtime): Buffer | Promise<Buffer> {
  const serving = expectServing(runtime);
  if (runtime.lifecycle.phase === 'closing') throw unavailable(runtime.lifecycle.reason, 1);
  if (message.length > INLINE_BYTES) {
    return inferInWorker({ protocol: 'grpc', bytes: message }, serving, runtime).then(bodyOf);
  }
  const served = servedModelOf(serving.model.manifest);
  return bodyOf(inferHere(() => openGrpc(message, served), serving, runtime));
}

function bodyOf(answer: InferAnswer): Buffer {
  if (answer.kind === 'refused') throw new InferenceError(answer.message, answer.status);
  const { buffer, byteOffset, byteLength } = answer.body;
  return Buffer.from(buffer, byteOffset, byteLength);
}

/**
 * A call that answers what `answer` returns, or the status of what it throws.
 * @param counted the name in metrics and traces; calls without one are neither counted nor traced
 */
function answering<Request, Response>(
  runtime: Runtime,
  answer: (request: Request) => Response | Promise<Response>,
  counted?: string,
) {
  return (call: ServerUnaryCall<Request, Response>, callback: sendUnaryData<Response>): void => {
    const exchange = new GrpcExchange(call, callback, runtime, counted);
    try {
      const response = answer(call.request);
      if (response instanceof Promise) response.then(exchange.send, exchange.fail);
      else exchange.send(response);
    } catch (error) {
      exchange.fail(error);
    }
  };
}
