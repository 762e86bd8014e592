import { once } from 'node:events';
import { type ResourceLimits, Worker } from 'node:worker_threads';
import type { Log } from './log.ts';

/** A worker that does not end by itself is ended. */
const CLOSE_MS = 2_000;

/** The request ended with the worker that had it, or found none: it may be sent again. */
export class WorkerLostError extends Error {
  override name = 'WorkerLostError';
}

/** What a worker posts: `ready` first, then an answer or `failed` to each request, and what it tells unasked. */
interface Message {
  kind: string;
}
type Answer = Message & { id: number };
type Failed = Answer & { kind: 'failed'; message: string };
type AnswerOf<Reply> = Exclude<Extract<Reply, Answer>, { kind: 'failed' }>;

export interface WorkerProgram<Reply extends Message> {
  /** For errors and the log. */
  name: string;
  url: URL;
  /** What it starts with; called at each start. */
  prepare(): object | Promise<object>;
  resourceLimits?: ResourceLimits;
  log: Log;
  /** Called when it ended unasked, or did not start. */
  lost(): void;
  /** Takes what answers no request. */
  told?(message: Exclude<Reply, Answer>): void;
}

interface Waiting<Reply> {
  resolve(reply: Reply): void;
  reject(error: Error): void;
}

/**
 * Requests to a worker thread that is started when it is first needed. A worker that ends takes its requests along; the
 * next request starts another.
 */
export class WorkerClient<Request, Reply extends Message> {
  readonly #program: WorkerProgram<Reply>;
  readonly #waiting = new Map<number, Waiting<AnswerOf<Reply>>>();
  #worker: Promise<Worker> | undefined;
  /** Why it did not start, which all requests that waited for it learn, and the log once. */
  #failedStart: Error | undefined;
  #next = 0;
  #closed = false;

  constructor(program: WorkerProgram<Reply>) {
    this.#program = program;
  }

  /** Requests in the worker or in front of it. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** The worker; another one where the last has ended, or did not start. @throws what it failed with */
  running(): Promise<Worker> {
    this.#worker ??= this.#spawn().catch((error: Error) => {
      this.#worker = undefined;
      throw error;
    });
    return this.#worker;
  }

  /** Whether that is the worker which has the next request. */
  isCurrent(worker: Promise<Worker>): boolean {
    return worker === this.#worker;
  }

  /**
   * @param kind of the answer
   * @param transfers memory that goes over to the worker
   * @throws {WorkerLostError} when the worker ends, or does not start
   */
  async call<Kind extends AnswerOf<Reply>['kind']>(
    kind: Kind,
    build: (id: number) => Request,
    transfers: ArrayBuffer[] = [],
  ): Promise<Extract<AnswerOf<Reply>, { kind: Kind }>> {
    const id = this.#next++;
    const answered = new Promise<AnswerOf<Reply>>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
    });
    // It may be rejected while the worker is awaited.
    answered.catch(() => {});
    try {
      const worker = await this.running().catch((error: Error) => this.#notStarted(error));
      worker.postMessage(build(id), transfers);
      const reply = await answered;
      if (reply.kind !== kind) throw new Error(`unexpected reply ${reply.kind}`);
      return reply as Extract<AnswerOf<Reply>, { kind: Kind }>;
    } finally {
      this.#waiting.delete(id);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    const worker = await this.#worker?.catch(() => undefined);
    if (worker === undefined) return;
    const exited = once(worker, 'exit');
    worker.postMessage('close');
    const timer = setTimeout(() => void worker.terminate(), CLOSE_MS);
    await exited;
    clearTimeout(timer);
  }

  async #spawn(): Promise<Worker> {
    const { url, prepare, resourceLimits } = this.#program;
    const worker = new Worker(url, {
      workerData: await prepare(),
      ...(resourceLimits && { resourceLimits }),
    });
    // Rejects with the error when the worker fails before it is ready.
    await once(worker, 'message');
    worker.on('message', (message: Reply) => this.#receive(message));
    let failure: Error | undefined;
    worker.on('error', (error: Error) => (failure = error));
    worker.on('exit', () => this.#lost(failure));
    return worker;
  }

  #receive(message: Reply): void {
    if (!('id' in message)) return this.#program.told?.(message as Exclude<Reply, Answer>);
    const { id } = message as unknown as Answer;
    const waiting = this.#waiting.get(id);
    if (message.kind === 'failed') waiting?.reject(new Error((message as unknown as Failed).message));
    else waiting?.resolve(message as unknown as AnswerOf<Reply>);
  }

  #notStarted(error: Error): never {
    const { name, log, lost } = this.#program;
    const message = `the ${name} worker does not start: ${error.message}`;
    if (error !== this.#failedStart) {
      this.#failedStart = error;
      log('error', message);
      lost();
    }
    throw new WorkerLostError(message);
  }

  #lost(failure: Error | undefined): void {
    if (this.#closed) return;
    const { name, log, lost } = this.#program;
    log('error', `the ${name} worker ended: ${failure?.message ?? 'no error given'}`);
    lost();
    this.#worker = undefined;
    for (const { reject } of this.#waiting.values()) reject(new WorkerLostError(`the ${name} worker ended`));
  }
}
