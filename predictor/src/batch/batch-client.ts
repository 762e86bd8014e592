import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Log } from '../log.ts';
import type { InferAnswer } from '../oip/infer.ts';
import type { InferBody } from '../oip/open.ts';
import type { BatchFormatName } from './batch-format.ts';
import { ownMemory } from './own-memory.ts';
import type { TrafficSummary } from '../traffic-summary.ts';
import type { WorkerReply, WorkerRequest, WorkerSetup } from './protocol.ts';
import type { BatchAnswer } from './score-batch.ts';
import type { StreamKind } from './stream-kind.ts';

/** A worker that does not end by itself is ended. */
const CLOSE_MS = 2_000;

export interface ScoredBatch {
  answer: BatchAnswer;
  seconds: number;
}

export interface BatchStream {
  /** @param body the next bytes, in a memory of their own, which goes over to the worker */
  score(body: Uint8Array, last: boolean): Promise<ScoredBatch>;
  /** Has the worker forget it, also where its end never came. */
  close(): void;
}

/** The batch ended with the worker that ran it, or found none. */
export class BatchLostError extends Error {
  override name = 'BatchLostError';
}

/** What the worker tells unasked. */
type Told = (summary: TrafficSummary) => void;

interface Waiting {
  resolve(reply: WorkerReply): void;
  reject(error: Error): void;
}

/** Has batches parsed, scored and rendered in a worker thread, so that single rows never wait behind them. */
export class BatchClient {
  readonly #setup: WorkerSetup;
  readonly #log: Log;
  readonly #told: Told;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Promise<Worker> | undefined;
  #next = 0;
  #closed = false;

  private constructor(setup: WorkerSetup, log: Log, told: Told) {
    this.#setup = setup;
    this.#log = log;
    this.#told = told;
  }

  /**
   * @param told what is learned of the rows of a batch, after its answer
   * @throws when model.onnx cannot be loaded
   */
  static async start(setup: WorkerSetup, log: Log, told: Told): Promise<BatchClient> {
    const client = new BatchClient(setup, log, told);
    await client.#running();
    return client;
  }

  /** Batches in the worker or in front of it. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** @param body its memory may go over to the worker */
  async score(body: Buffer, format: BatchFormatName): Promise<ScoredBatch> {
    const whole = ownMemory(body);
    return this.#score((id) => ({ id, kind: 'batch', format, body: whole }), whole);
  }

  /**
   * Scores a JSON array of rows, and explains each.
   * @param body its memory may go over to the worker
   * @param top how many contributions of each row are listed
   */
  async explain(body: Buffer, top: number): Promise<ScoredBatch> {
    const whole = ownMemory(body);
    return this.#score((id) => ({ id, kind: 'explain', top, body: whole }), whole);
  }

  async #score(build: (id: number) => WorkerRequest, body: Uint8Array): Promise<ScoredBatch> {
    const reply = await this.#call(build, [body.buffer as ArrayBuffer]);
    if (reply.kind !== 'batch') throw new Error(`unexpected reply ${reply.kind}`);
    return reply;
  }

  /** @param body a request of the Open Inference Protocol; its memory may go over to the worker */
  async infer(body: InferBody): Promise<{ answer: InferAnswer; seconds: number }> {
    const bytes = ownMemory(body.bytes);
    const reply = await this.#call(
      (id) => ({ id, kind: 'infer', body: { ...body, bytes } }),
      [bytes.buffer as ArrayBuffer],
    );
    if (reply.kind !== 'infer') throw new Error(`unexpected reply ${reply.kind}`);
    return reply;
  }

  /** A body that is scored while it arrives. */
  openStream(format: StreamKind): BatchStream {
    const stream = this.#next++;
    let worker: Promise<Worker> | undefined;
    return {
      score: async (body, last) => {
        worker ??= this.#running();
        // Another worker knows nothing of the parts before.
        if (worker !== this.#worker) throw new BatchLostError('the batch worker ended');
        return this.#score((id) => ({ id, kind: 'part', stream, format, body, last }), body);
      },
      close: () =>
        void worker?.then(
          (each) => each.postMessage({ kind: 'forget', stream }),
          () => {},
        ),
    };
  }

  /** ONNX Runtime's scores of rows as they are. */
  async scoreMatrix(matrix: Float32Array, rows: number): Promise<Float32Array> {
    const reply = await this.#call((id) => ({ id, kind: 'matrix', matrix, rows }), []);
    if (reply.kind !== 'matrix') throw new Error(`unexpected reply ${reply.kind}`);
    return reply.scores;
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

  async #call(build: (id: number) => WorkerRequest, transfers: ArrayBuffer[]): Promise<WorkerReply> {
    const id = this.#next++;
    const replied = new Promise<WorkerReply>((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    // It may be rejected while the worker is awaited.
    replied.catch(() => {});
    try {
      const worker = await this.#running().catch((error: Error) => this.#notStarted(error));
      worker.postMessage(build(id), transfers);
      return await replied;
    } finally {
      this.#waiting.delete(id);
    }
  }

  /** The worker; another one where the last has ended, or did not start. */
  #running(): Promise<Worker> {
    this.#worker ??= this.#spawn().catch((error: Error) => {
      this.#worker = undefined;
      throw error;
    });
    return this.#worker;
  }

  async #spawn(): Promise<Worker> {
    const worker = new Worker(new URL('worker.ts', import.meta.url), { workerData: this.#setup });
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
    if (reply.kind === 'traffic') return this.#told(reply.summary);
    const waiting = this.#waiting.get(reply.id);
    if (reply.kind === 'failed') waiting?.reject(new Error(reply.message));
    else waiting?.resolve(reply);
  }

  #notStarted({ message }: Error): never {
    this.#log('error', `the batch worker does not start: ${message}`);
    throw new BatchLostError(`the batch worker does not start: ${message}`);
  }

  /** Every batch that the worker had is lost; the next batch starts another worker. */
  #lost(failure: Error | undefined): void {
    if (this.#closed) return;
    this.#log('error', `the batch worker ended: ${failure?.message ?? 'no error given'}`);
    this.#worker = undefined;
    for (const { reject } of this.#waiting.values()) reject(new BatchLostError('the batch worker ended'));
  }
}
