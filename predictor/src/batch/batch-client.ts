import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Log } from '../log.ts';
import type { EncodedAnswer, WorkerReply, WorkerRequest, WorkerSetup } from './protocol.ts';

/** Beyond it a batch fails by itself, and the process with all its other callers lives on. */
const WORKER_HEAP_MB = 1024;
/** A worker that does not end by itself is ended. */
const CLOSE_MS = 2_000;

export interface ScoredBatch {
  answer: EncodedAnswer;
  seconds: number;
}

/** The batch ended with the worker that ran it. */
export class BatchLostError extends Error {
  override name = 'BatchLostError';
  /** The batch needed more memory than the worker has: sending it again cannot help. */
  readonly tooLarge: boolean;

  constructor(message: string, tooLarge: boolean) {
    super(message);
    this.tooLarge = tooLarge;
  }
}

interface Waiting {
  resolve(reply: WorkerReply): void;
  reject(error: Error): void;
}

/** Has batches parsed, scored and rendered in a worker thread, so that single rows never wait behind them. */
export class BatchClient {
  readonly #setup: WorkerSetup;
  readonly #log: Log;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Promise<Worker>;
  #next = 0;
  #closed = false;

  private constructor(setup: WorkerSetup, log: Log) {
    this.#setup = setup;
    this.#log = log;
    this.#worker = this.#spawn();
  }

  /** @throws when model.onnx cannot be loaded */
  static async start(setup: WorkerSetup, log: Log): Promise<BatchClient> {
    const client = new BatchClient(setup, log);
    await client.#worker;
    return client;
  }

  /** Batches in the worker or in front of it. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** @param body a JSON array of rows; its memory goes over to the worker */
  async score(body: Uint8Array<ArrayBuffer>): Promise<ScoredBatch> {
    const reply = await this.#call((id) => ({ id, kind: 'batch', body }), [body.buffer]);
    if (reply.kind !== 'batch') throw new Error(`unexpected reply ${reply.kind}`);
    return reply;
  }

  /** ONNX Runtime's scores of rows as they are. */
  async scoreMatrix(matrix: Float32Array, rows: number): Promise<Float32Array> {
    const reply = await this.#call((id) => ({ id, kind: 'matrix', matrix, rows }), []);
    if (reply.kind !== 'matrix') throw new Error(`unexpected reply ${reply.kind}`);
    return reply.scores;
  }

  async close(): Promise<void> {
    this.#closed = true;
    const worker = await this.#worker.catch(() => undefined);
    if (worker === undefined) return;
    const exited = once(worker, 'exit');
    worker.postMessage('close');
    const timer = setTimeout(() => void worker.terminate(), CLOSE_MS);
    await exited;
    clearTimeout(timer);
  }

  async #call(build: (id: number) => WorkerRequest, transfers: ArrayBuffer[]): Promise<WorkerReply> {
    const id = this.#next++;
    const replied = new Promise<WorkerReply>((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    // It may be rejected while the worker is awaited.
    replied.catch(() => {});
    try {
      const worker = await this.#worker;
      worker.postMessage(build(id), transfers);
      return await replied;
    } finally {
      this.#waiting.delete(id);
    }
  }

  async #spawn(): Promise<Worker> {
    const worker = new Worker(new URL('worker.ts', import.meta.url), {
      workerData: this.#setup,
      resourceLimits: { maxOldGenerationSizeMb: WORKER_HEAP_MB },
    });
    // Rejects with the error when the worker fails before it is ready.
    await once(worker, 'message');
    worker.on('message', (reply: WorkerReply) => this.#receive(reply));
    let failure: Error | undefined;
    worker.on('error', (error: Error) => (failure = error));
    worker.on('exit', () => this.#lost(failure));
    return worker;
  }

  #receive(reply: WorkerReply): void {
    if (reply.kind === 'ready') return;
    const waiting = this.#waiting.get(reply.id);
    if (reply.kind === 'failed') waiting?.reject(new Error(reply.message));
    else waiting?.resolve(reply);
  }

  /** Every batch that the worker had is lost; the next worker starts with none. */
  #lost(failure: Error | undefined): void {
    if (this.#closed) return;
    this.#log(
      'error',
      `the batch worker ended and is started again: ${failure?.message ?? 'no error given'}`,
    );
    const tooLarge = (failure as NodeJS.ErrnoException | undefined)?.code === 'ERR_WORKER_OUT_OF_MEMORY';
    const lost = [...this.#waiting.values()];
    this.#worker = this.#spawn();
    this.#worker.catch((error: Error) =>
      this.#log('error', `the batch worker does not start: ${error.message}`),
    );
    for (const { reject } of lost) reject(new BatchLostError('the batch worker ended', tooLarge));
  }
}
