import type { Worker } from 'node:worker_threads';
import type { InferAnswer } from '../oip/infer.ts';
import type { InferBody } from '../oip/open.ts';
import type { Runtime } from '../runtime.ts';
import type { TrafficSummary } from '../traffic-summary.ts';
import { WorkerClient, WorkerLostError } from '../worker-client.ts';
import './no-telemetry.ts';
import type { BatchFormatName } from './batch-format.ts';
import { ownMemory } from './own-memory.ts';
import type { WorkerReply, WorkerRequest, WorkerSetup } from './protocol.ts';
import type { ComparedScores } from './row-scorer.ts';
import type { BatchAnswer } from './score-batch.ts';
import type { StreamKind } from './stream-kind.ts';

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

/** What the worker tells unasked. */
type Told = (summary: TrafficSummary) => void;

/** Has batches parsed, scored and rendered in a worker thread, so that single rows never wait behind them. */
export class BatchClient {
  readonly #client: WorkerClient<WorkerRequest, WorkerReply>;
  #nextStream = 0;

  private constructor(setup: WorkerSetup, { log, metrics }: Pick<Runtime, 'log' | 'metrics'>, told: Told) {
    this.#client = new WorkerClient({
      name: 'batch',
      url: new URL('worker.ts', import.meta.url),
      prepare: () => setup,
      log,
      lost: () => metrics.trouble.threadLost('batch'),
      told: (message) => {
        if (message.kind === 'traffic') told(message.summary);
      },
    });
  }

  /**
   * @param told what is learned of the rows of a batch, after its answer
   * @throws what the worker fails with before it is ready
   */
  static async start(
    setup: WorkerSetup,
    runtime: Pick<Runtime, 'log' | 'metrics'>,
    told: Told,
  ): Promise<BatchClient> {
    const batches = new BatchClient(setup, runtime, told);
    await batches.#client.running();
    return batches;
  }

  /** Batches in the worker or in front of it. */
  get waiting(): number {
    return this.#client.waiting;
  }

  /**
   * @param body its memory may go over to the worker
   * @param explain how many contributions of each row are listed, 0 for no explanation
   */
  async score(body: Buffer, format: BatchFormatName, explain = 0): Promise<ScoredBatch> {
    const whole = ownMemory(body);
    return this.#score((id) => ({ id, kind: 'batch', format, body: whole, explain }), whole);
  }

  #score(build: (id: number) => WorkerRequest, body: Uint8Array): Promise<ScoredBatch> {
    return this.#client.call('batch', build, [body.buffer as ArrayBuffer]);
  }

  /**
   * @param body a request of the Open Inference Protocol; its memory may go over to the worker
   * @param explain how many contributions of each row are listed, 0 for no explanation
   */
  infer(body: InferBody, explain: number): Promise<{ answer: InferAnswer; seconds: number }> {
    const bytes = ownMemory(body.bytes);
    return this.#client.call('infer', (id) => ({ id, kind: 'infer', body: { ...body, bytes }, explain }), [
      bytes.buffer as ArrayBuffer,
    ]);
  }

  /**
   * A body that is scored while it arrives.
   * @param explain of NDJSON, how many contributions of each row are listed; 0 for no explanation
   */
  openStream(format: StreamKind, explain = 0): BatchStream {
    const stream = this.#nextStream++;
    let worker: Promise<Worker> | undefined;
    return {
      score: async (body, last) => {
        worker ??= this.#client.running();
        // Another worker knows nothing of the parts before.
        if (!this.#client.isCurrent(worker)) throw new WorkerLostError('the batch worker ended');
        return this.#score((id) => ({ id, kind: 'part', stream, format, body, last, explain }), body);
      },
      close: () =>
        void worker?.then(
          (each) => each.postMessage({ kind: 'forget', stream }),
          () => {},
        ),
    };
  }

  /**
   * Scores of rows as they are, by each scorer of batches.
   * @throws also when ONNX Runtime does not take model.onnx
   */
  async compareScorers(matrix: Float32Array, rows: number): Promise<ComparedScores> {
    const { scores } = await this.#client.call('matrix', (id) => ({ id, kind: 'matrix', matrix, rows }));
    return scores;
  }

  close(): Promise<void> {
    return this.#client.close();
  }
}
