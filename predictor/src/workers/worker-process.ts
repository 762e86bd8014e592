import cluster, { type Worker } from 'node:cluster';
import { type Manifest, StockoutError } from '@stockout/contracts';
import type { Standing } from '../lifecycle.ts';
import type { Metrics, Order, Question, QuestionKind, Questions, Report, WorkerOptions } from './protocol.ts';
import { withCounts } from './read-counts.ts';

/** A process that does not answer by then is passed over. */
const ANSWER_MS = 2_000;

export interface Addresses {
  url: string;
  grpcAddress: string;
}

/** One of the processes that serve, as the supervisor sees it. */
export class WorkerProcess {
  readonly #process: Worker;
  readonly #asked = new Map<number, (answer: unknown) => void>();
  readonly #changed: (worker: WorkerProcess) => void;
  #nextId = 0;
  #standing: Standing = { phase: 'loading', reason: 'a worker process starts' };
  #manifest: Manifest | undefined;
  #metrics: Metrics = [];
  #hasEnded = false;
  /** Where it listens. Rejects when it cannot, or ends before. */
  readonly listening: Promise<Addresses>;
  /** How it ended, in words. */
  readonly ended: Promise<string>;
  #resolveListening!: (addresses: Addresses) => void;
  #rejectListening!: (error: Error) => void;

  /**
   * @param changed is called when it stands elsewhere than before
   * @throws {StockoutError} when the system starts no process; it may also say so later, by `ended`
   */
  constructor(options: WorkerOptions, changed: (worker: WorkerProcess) => void) {
    this.#changed = changed;
    this.listening = new Promise((resolve, reject) => {
      this.#resolveListening = resolve;
      this.#rejectListening = reject;
    });
    // Only at the first start does anybody wait for it.
    this.listening.catch(() => {});
    this.#process = fork();
    this.#process.on('message', (report: Report) => this.#receive(report));
    this.ended = this.#untilEnd();
    this.#send({ kind: 'serve', options });
  }

  get pid(): number | undefined {
    return this.#process.process.pid;
  }

  get standing(): Standing {
    return this.#standing;
  }

  /** Of the version that it serves. */
  get manifest(): Manifest | undefined {
    return this.#manifest;
  }

  /** What it has counted, as far as it last told. */
  get metrics(): Metrics {
    return this.#metrics;
  }

  /** Asks what it has counted. While it does not answer, what it told before stands. */
  async readMetrics(): Promise<void> {
    const told = await this.ask({ kind: 'metrics' });
    if (told !== undefined && !this.#hasEnded) this.#metrics = told;
  }

  /** Asks only for what is lost when it is killed. */
  async readCounts(): Promise<void> {
    const told = await this.ask({ kind: 'counts' });
    if (told !== undefined && !this.#hasEnded) this.#metrics = withCounts(this.#metrics, told);
  }

  /** Of one that has ended: what it had counted, for somebody else to keep. */
  takeMetrics(): Metrics {
    const taken = this.#metrics;
    this.#metrics = [];
    return taken;
  }

  /** @returns undefined when it ends, or does not answer in time */
  async ask<Kind extends QuestionKind>(
    question: Question<Kind>,
  ): Promise<Questions[Kind]['answer'] | undefined> {
    if (this.#hasEnded || !this.#process.isConnected()) return undefined;
    const id = this.#nextId++;
    const answer = await new Promise<unknown>((resolve) => {
      const timer = setTimeout(() => resolve(undefined), ANSWER_MS);
      this.#asked.set(id, (found) => {
        clearTimeout(timer);
        resolve(found);
      });
      this.#send({ kind: 'ask', id, question: question as Question });
    });
    this.#asked.delete(id);
    return answer as Questions[Kind]['answer'] | undefined;
  }

  /** Has it drain and end, and ends it after `withinMs`. */
  async stop(withinMs: number): Promise<void> {
    this.#send({ kind: 'stop' });
    const timer = setTimeout(() => this.#process.process.kill('SIGKILL'), withinMs);
    await this.ended;
    clearTimeout(timer);
  }

  #send(order: Order): void {
    // One that ends meanwhile tells so by its end.
    if (this.#process.isConnected()) this.#process.send(order, () => {});
  }

  #receive(report: Report): void {
    switch (report.kind) {
      case 'listening':
        return this.#resolveListening(report);
      case 'refused':
        return this.#rejectListening(new StockoutError(report.message));
      case 'answer':
        return this.#asked.get(report.id)?.(report.answer);
      case 'standing':
        this.#standing = { phase: report.phase, reason: report.reason };
        this.#manifest = report.manifest ?? this.#manifest;
        this.#changed(this);
    }
  }

  async #untilEnd(): Promise<string> {
    const how = await endOf(this.#process);
    this.#hasEnded = true;
    this.#standing = { phase: 'loading', reason: `a worker process is started again: ${how}` };
    for (const answer of this.#asked.values()) answer(undefined);
    this.#rejectListening(new StockoutError(`a worker process does not start: ${how}`));
    return how;
  }
}

function fork(): Worker {
  try {
    return cluster.fork();
  } catch (error) {
    throw new StockoutError(`a worker process cannot be started: ${(error as Error).message}`);
  }
}

/** How a process ends, in words. One that the system did not start has no exit, but an error. */
function endOf(worker: Worker): Promise<string> {
  return new Promise((resolve) => {
    worker.once('exit', (code: number | null, signal: string | null) =>
      resolve(signal === null ? `it exited with ${code}` : `it was ended by ${signal}`),
    );
    // Of one that runs an error tells that a message did not arrive: when it ends, its exit says so.
    worker.on('error', ({ message }) => {
      if (worker.process.pid === undefined) resolve(`it cannot be started: ${message}`);
    });
  });
}
