import { type sendUnaryData, type ServerUnaryCall, status } from '@grpc/grpc-js';
import { ProblemError } from '../http/problem.ts';
import { InferenceError } from '../oip/inference-error.ts';
import type { Runtime } from '../runtime.ts';
import { beginGrpcSpan, grpcAttributes } from '../tracing/grpc-span.ts';
import type { RequestSpan } from '../tracing/tracing.ts';
import { callFields, callIdOf, repeatCallId } from './call-id.ts';

/** What HTTP would answer, by what gRPC answers instead. */
export const STATUS_OF: Readonly<Record<number, status>> = {
  400: status.INVALID_ARGUMENT,
  401: status.UNAUTHENTICATED,
  404: status.NOT_FOUND,
  429: status.RESOURCE_EXHAUSTED,
  503: status.UNAVAILABLE,
};
export const FAILED = 'the predictor failed: its log says why';

/** One call, and the one answer to it. */
export class GrpcExchange<Request, Response> {
  readonly #call: ServerUnaryCall<Request, Response>;
  readonly #callback: sendUnaryData<Response>;
  readonly #runtime: Runtime;
  readonly #counted: string | undefined;
  readonly #started = performance.now();
  readonly #callId: string;
  readonly #span: RequestSpan | undefined;

  /** @param counted the name in metrics and traces; a call without one is neither counted nor traced */
  constructor(
    call: ServerUnaryCall<Request, Response>,
    callback: sendUnaryData<Response>,
    runtime: Runtime,
    counted: string | undefined,
  ) {
    this.#call = call;
    this.#callback = callback;
    this.#runtime = runtime;
    this.#counted = counted;
    this.#callId = callIdOf(call.metadata);
    if (counted !== undefined) this.#span = beginGrpcSpan(runtime.tracing, call.metadata, counted);
  }

  readonly send = (response: Response): void => {
    this.#count(200, status.OK);
    this.#call.sendMetadata(repeatCallId(this.#callId));
    this.#callback(null, response);
  };

  /** Any error becomes a status; one that nobody foresaw is logged and told without its insides. */
  readonly fail = (error: unknown): void => {
    const foreseen = error instanceof InferenceError || error instanceof ProblemError;
    if (!foreseen) this.#log(error as Error);
    const code = foreseen ? error.status : 500;
    const answered = STATUS_OF[code] ?? status.INTERNAL;
    const details = foreseen ? error.message : FAILED;
    this.#count(code, answered);
    this.#callback({ code: answered, details, metadata: repeatCallId(this.#callId) });
  };

  /** @param code as HTTP has it, for one metric counts both */
  #count(code: number, answered: status): void {
    if (this.#counted === undefined) return;
    this.#runtime.metrics.request(this.#counted, code, (performance.now() - this.#started) / 1000);
    this.#span?.end(grpcAttributes(answered, this.#callId), code >= 500);
  }

  #log({ stack }: Error): void {
    const fields = callFields(this.#call.getPath(), this.#callId, this.#call.metadata);
    this.#runtime.log('error', 'a gRPC call failed', { ...fields, stack });
  }
}
