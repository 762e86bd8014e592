import { randomUUID } from 'node:crypto';
import type { ClientReadableStream } from '@grpc/grpc-js';
import { isServiceError } from './channel.ts';
import type { Link } from './link.ts';
import { Patience } from './patience.ts';
import type { ExecuteResponse, Plan } from './protocol.ts';

/**
 * Runs a plan once and yields its responses, each once and in order, across cut connections: the server keeps what
 * was not acknowledged, and the client asks for what came after the last response it saw. Aborted, or left before its
 * end, it is ended on the server too.
 * @throws SparkError, or a StockoutError about the connection; the signal's reason when it was aborted
 */
export async function* execute(
  link: Link,
  plan: Plan,
  signal?: AbortSignal,
): AsyncGenerator<ExecuteResponse> {
  signal?.throwIfAborted();
  const operation = new Operation(link, plan, signal);
  try {
    yield* operation.responses();
  } finally {
    await operation.end();
  }
}

class Operation {
  readonly #link: Link;
  readonly #plan: Plan;
  readonly #signal: AbortSignal | undefined;
  readonly #id = randomUUID();
  readonly #patience: Patience;
  #stream: ClientReadableStream<ExecuteResponse>;
  #iterator: AsyncIterator<ExecuteResponse>;
  #last: string | undefined;
  #farewell: Promise<void> | undefined;

  constructor(link: Link, plan: Plan, signal: AbortSignal | undefined) {
    this.#link = link;
    this.#plan = plan;
    this.#signal = signal;
    this.#patience = new Patience(link.channel.timeouts.patience);
    this.#stream = link.execute(this.#id, plan);
    this.#iterator = iteratorOf(this.#stream);
    signal?.addEventListener('abort', this.#interrupt);
  }

  async *responses(): AsyncGenerator<ExecuteResponse> {
    for (;;) {
      const response = await this.#next();
      // The stream ended without a last word, as a server's streams do after a while: there is more.
      if (response === undefined) {
        this.#goOnWith(this.#link.reattach(this.#id, this.#last));
        continue;
      }
      this.#patience.succeeded();
      this.#link.observe(response);
      this.#last = response.responseId;
      if (response.resultComplete !== undefined) return;
      yield response;
      // Taken: the server need not keep it. Not waited for.
      if (response.arrowBatch !== undefined) void this.#link.release(this.#id, this.#last);
    }
  }

  async end(): Promise<void> {
    this.#signal?.removeEventListener('abort', this.#interrupt);
    this.#stream.on('error', () => undefined).cancel();
    await this.#farewell;
    await this.#link.release(this.#id);
  }

  readonly #interrupt = (): void => {
    this.#farewell = this.#link.interrupt(this.#id);
    this.#stream.cancel();
  };

  /** The next response, whatever it takes; undefined where the stream ends. */
  async #next(): Promise<ExecuteResponse | undefined> {
    for (;;) {
      try {
        return await this.#read();
      } catch (error) {
        this.#signal?.throwIfAborted();
        await this.#recover(error);
      }
    }
  }

  /** Waits for a response; of a server that is silent for long it is asked whether it lives. */
  async #read(): Promise<ExecuteResponse | undefined> {
    const next = this.#iterator.next();
    for (;;) {
      const silence = silenceOf(this.#link.channel.timeouts.silence);
      const result = await Promise.race([next, silence.over]).finally(silence.dispose);
      if (result !== undefined) return result.done ? undefined : result.value;
      await this.#link.ping().catch((error: unknown) => {
        next.catch(() => undefined);
        this.#stream.cancel();
        throw error;
      });
    }
  }

  async #recover(error: unknown): Promise<void> {
    const details = isServiceError(error) ? error.details : '';
    const neverArrived =
      /INVALID_HANDLE\.(OPERATION|SESSION)_NOT_FOUND/.test(details) && this.#last === undefined;
    if (neverArrived) {
      this.#goOnWith(this.#link.execute(this.#id, this.#plan));
      return;
    }
    try {
      await this.#patience.afterFailure(error, this.#signal);
    } catch (last) {
      this.#signal?.throwIfAborted();
      throw await this.#link.explained(last, this.#patience.spent);
    }
    this.#goOnWith(this.#link.reattach(this.#id, this.#last));
  }

  #goOnWith(stream: ClientReadableStream<ExecuteResponse>): void {
    this.#stream = stream;
    this.#iterator = iteratorOf(stream);
  }
}

function iteratorOf(stream: ClientReadableStream<ExecuteResponse>): AsyncIterator<ExecuteResponse> {
  return stream[Symbol.asyncIterator]() as AsyncIterator<ExecuteResponse>;
}

function silenceOf(milliseconds: number): { over: Promise<undefined>; dispose: () => void } {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(resolve, milliseconds, undefined);
  return { over: promise, dispose: () => clearTimeout(timer) };
}
