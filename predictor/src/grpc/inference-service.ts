import {
  type Metadata,
  type sendUnaryData,
  type ServerUnaryCall,
  type ServiceDefinition,
  status,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { ProblemError, unavailable } from '../http/problem.ts';
import { checkName, type InferAnswer, type ServedModel } from '../oip/infer.ts';
import { InferenceError } from '../oip/inference-error.ts';
import { INLINE_BYTES, inferHere, inferInWorker } from '../oip/inference.ts';
import { modelMetadata, SERVER_METADATA } from '../oip/metadata.ts';
import { openGrpc } from '../oip/open-grpc.ts';
import { servedModelOf } from '../oip/served-model.ts';
import type { Runtime } from '../runtime.ts';
import type { Serving } from '../serving.ts';
import { beginGrpcSpan } from '../tracing/grpc-span.ts';
import type { RequestSpan } from '../tracing/tracing.ts';

export const SERVICE = 'inference.GRPCInferenceService';
const METHOD = 'ModelInfer';
/** Also what its calls are counted under. */
export const INFER_PATH = `/${SERVICE}/${METHOD}`;

interface ModelRequest {
  name: string;
  version: string;
}

/** What HTTP would answer, by what gRPC answers instead. */
export const STATUS_OF: Readonly<Record<number, status>> = {
  400: status.INVALID_ARGUMENT,
  401: status.UNAUTHENTICATED,
  404: status.NOT_FOUND,
  429: status.RESOURCE_EXHAUSTED,
  503: status.UNAVAILABLE,
};

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

/** The span of a call that scores; undefined where nobody asked for traces. */
export function beginInferSpan(tracing: Runtime['tracing'], metadata: Metadata): RequestSpan | undefined {
  return beginGrpcSpan(tracing, metadata, SERVICE, METHOD);
}

/**
 * A call that answers what `answer` returns, or the status of what it throws.
 * @param counted the name in metrics; calls without one are not counted
 */
function answering<Request, Response>(
  runtime: Runtime,
  answer: (request: Request) => Response | Promise<Response>,
  counted?: string,
) {
  return (call: ServerUnaryCall<Request, Response>, callback: sendUnaryData<Response>): void => {
    const started = performance.now();
    const span = counted === undefined ? undefined : beginInferSpan(runtime.tracing, call.metadata);
    const count = (code: number, answered: status): void => {
      if (counted !== undefined) runtime.metrics.request(counted, code, (performance.now() - started) / 1000);
      span?.end({ 'rpc.grpc.status_code': answered }, code >= 500);
    };
    const send = (response: Response): void => {
      count(200, status.OK);
      callback(null, response);
    };
    const refuse = (error: unknown): void => {
      const { code, details } = refusalOf(error, runtime);
      const answered = STATUS_OF[code] ?? status.INTERNAL;
      count(code, answered);
      callback({ code: answered, details });
    };
    try {
      const response = answer(call.request);
      if (response instanceof Promise) response.then(send, refuse);
      else send(response);
    } catch (error) {
      refuse(error);
    }
  };
}

/** The code is that of HTTP. */
function refusalOf(error: unknown, { log }: Runtime): { code: number; details: string } {
  if (error instanceof InferenceError || error instanceof ProblemError) {
    return { code: error.status, details: error.message };
  }
  log('error', 'a gRPC call failed', { stack: (error as Error).stack });
  return { code: 500, details: 'the predictor failed: its log says why' };
}
