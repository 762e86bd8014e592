import { randomUUID } from 'node:crypto';
import { type Channel, isServiceError } from './channel.ts';
import type { Connection } from './connection-string.ts';
import { explainedConnection, explainedStatement } from './errors.ts';
import { Patience } from './patience.ts';
import { type ErrorDetails, type ExecuteResponse, type Method, type Plan, methodOf } from './protocol.ts';
import { detailsOf } from './status.ts';

const METHODS = {
  execute: methodOf<object, ExecuteResponse>('ExecutePlan'),
  reattach: methodOf<object, ExecuteResponse>('ReattachExecute'),
  release: methodOf<object, object>('ReleaseExecute'),
  interrupt: methodOf<object, object>('Interrupt'),
  analyze: methodOf<object, Answer & { sparkVersion?: { version: string } }>('AnalyzePlan'),
  config: methodOf<object, Answer>('Config'),
  errorDetails: methodOf<object, ErrorDetails>('FetchErrorDetails'),
  releaseSession: methodOf<object, object>('ReleaseSession'),
};

interface Answer {
  serverSideSessionId: string;
}

/** What ends a call that is only made to be polite. */
const FAREWELL_MILLISECONDS = 5000;

/** A session's calls, each with what the protocol wants in every one of them. */
export class Link {
  readonly channel: Channel;
  readonly #base: object;
  /** A server that was restarted has another: what was set in the session is lost then, and it says so. */
  #serverSide: string | undefined;
  #nextPlan = 0;

  constructor(channel: Channel, { userId }: Connection) {
    this.channel = channel;
    const userContext = { userId, userName: userId };
    this.#base = { sessionId: randomUUID(), userContext, clientType: 'stockout' };
  }

  get nextPlan(): number {
    return this.#nextPlan++;
  }

  execute(operationId: string, plan: Plan) {
    const requestOptions = [{ reattachOptions: { reattachable: true } }];
    return this.channel.stream(METHODS.execute, this.#with({ operationId, plan, requestOptions }));
  }

  reattach(operationId: string, lastResponseId: string | undefined) {
    return this.channel.stream(METHODS.reattach, this.#with({ operationId, lastResponseId }));
  }

  /** Lets go of results up to a response, or with none of the whole execution; that it fails harms nobody. */
  async release(operationId: string, responseId?: string): Promise<void> {
    const what = responseId === undefined ? { releaseAll: {} } : { releaseUntil: { responseId } };
    await this.#politely(METHODS.release, { operationId, ...what });
  }

  async interrupt(operationId: string): Promise<void> {
    await this.#politely(METHODS.interrupt, { interruptType: 'INTERRUPT_TYPE_OPERATION_ID', operationId });
  }

  async releaseSession(): Promise<void> {
    await this.#politely(METHODS.releaseSession, {});
  }

  async configure(settings: Record<string, string>, patience: Patience, signal?: AbortSignal): Promise<void> {
    const pairs = Object.entries(settings).map(([key, value]) => ({ key, value }));
    await this.#patiently(METHODS.config, { operation: { set: { pairs } } }, patience, signal);
  }

  async version(signal?: AbortSignal): Promise<string> {
    const patience = new Patience(this.channel.timeouts.patience);
    const answer = await this.#patiently(METHODS.analyze, { sparkVersion: {} }, patience, signal);
    return answer.sparkVersion?.version ?? '';
  }

  /** One try: whether anybody is there. */
  async ping(): Promise<void> {
    await this.channel.call(METHODS.analyze, this.#with({ sparkVersion: {} }));
  }

  observe({ serverSideSessionId }: Answer): void {
    this.#serverSide ??= serverSideSessionId || undefined;
  }

  /** A gRPC error in words, with what the server knows beyond it. */
  async explained(error: unknown, spent: { tries: number; seconds: number }): Promise<unknown> {
    if (!isServiceError(error)) return error;
    const { errorId } = detailsOf(error);
    const { address } = this.channel;
    const ofConnection =
      errorId === undefined ? explainedConnection(error, { address, ...spent }) : undefined;
    if (ofConnection !== undefined) return ofConnection;
    const details = errorId && (await this.#errorDetails(errorId));
    return explainedStatement(address, error, details || undefined);
  }

  #errorDetails(errorId: string): Promise<ErrorDetails | undefined> {
    return this.channel.call(METHODS.errorDetails, this.#with({ errorId })).catch(() => undefined);
  }

  async #patiently<Response extends Answer>(
    method: Method<object, Response>,
    request: object,
    patience: Patience,
    signal?: AbortSignal,
  ): Promise<Response> {
    for (;;) {
      signal?.throwIfAborted();
      try {
        const response = await this.channel.call(method, this.#with(request));
        this.observe(response);
        return response;
      } catch (error) {
        await this.#wait(patience, error, signal);
      }
    }
  }

  async #wait(patience: Patience, failure: unknown, signal?: AbortSignal): Promise<void> {
    try {
      await patience.afterFailure(failure, signal);
    } catch (last) {
      throw await this.explained(last, patience.spent);
    }
  }

  async #politely(method: Method<object, object>, request: object): Promise<void> {
    await this.channel.call(method, this.#with(request), FAREWELL_MILLISECONDS).catch(() => undefined);
  }

  #with(request: object): object {
    const observed = this.#serverSide && { clientObservedServerSideSessionId: this.#serverSide };
    return { ...this.#base, ...observed, ...request };
  }
}
