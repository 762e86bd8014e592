import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import { type Manifest, StockoutError } from '@stockout/contracts';
import type { Standing } from '../lifecycle.ts';
import type { Order, Question, QuestionKind, Questions, Report, WorkerOptions } from './protocol.ts';

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
  /** Where it listens. Rejects when it cannot, or ends before. */
  readonly listening: Promise<Addresses>;
  /** How it ended, in words. */
  readonly ended: Promise<string>;
  #resolveListening!: (addresses: Addresses) => void;
  #rejectListening!: (error: Error) => void;

  /** @param changed is called when it stands elsewhere than before */
  constructor(options: WorkerOptions, changed: (worker: WorkerProcess) => void) {
    this.#changed = changed;
    this.listening = new Promise((resolve, reject) => {
      this.#resolveListening = resolve;
      this.#rejectListening = reject;
    });
    // Only at the first start does anybody wait for it.
    this.listening.catch(() => {});
    this.#process = cluster.fork();
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

  /** @returns undefined when it ends, or does not answer in time */
  async ask<Kind extends QuestionKind>(
    question: Question<Kind>,
  ): Promise<Questions[Kind]['answer'] | undefined> {
    if (!this.#process.isConnected()) return undefined;
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
    const [code, signal] = (await once(this.#process, 'exit')) as [number | null, string | null];
    const how = signal === null ? `it exited with ${code}` : `it was ended by ${signal}`;
    this.#standing = { phase: 'loading', reason: `a worker process is started again: ${how}` };
    for (const answer of this.#asked.values()) answer(undefined);
    this.#rejectListening(new StockoutError(`a worker process does not start: ${how}`));
    return how;
  }
}
