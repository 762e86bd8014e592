import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { SNAPSHOT_FILE } from '@stockout/contracts';
import type { Storage } from '@stockout/storage';
import type { Log } from '../log.ts';
import type { Runtime } from '../runtime.ts';
import { readPinned, type Version } from '../version/load-version.ts';
import type { HistoryReply, HistorySetup, NotJson } from './protocol.ts';
import { rawRowsOf } from './raw-rows-of.ts';
import type { HistoryAnswer, Shown } from './score-history.ts';

/** A worker that does not end by itself is ended. */
const CLOSE_MS = 2_000;
/** What a caller's JSON takes when it is parsed; beyond it the worker ends, and not the process. */
const HEAP_MEGABYTES = 384;

export interface AnsweredHistory {
  answer: HistoryAnswer | NotJson;
  seconds: number;
}

/** The request ended with the worker that had it, or found none. */
export class HistoryLostError extends Error {
  override name = 'HistoryLostError';
}

interface Waiting {
  resolve(answered: AnsweredHistory): void;
  reject(error: Error): void;
}

/**
 * Makes features of raw rows, and scores them, in a worker thread with a DuckDB of its own. Both are started by the
 * first request: until then they cost nothing. A worker that ends takes its requests along; the next one starts another.
 */
export class HistoryClient {
  readonly #prepare: () => Promise<HistorySetup>;
  readonly #log: Log;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Promise<Worker> | undefined;
  #next = 0;
  #closed = false;

  private constructor(prepare: () => Promise<HistorySetup>, log: Log) {
    this.#prepare = prepare;
    this.#log = log;
  }

  /** @returns undefined where the version's features cannot be made of raw rows here */
  static of(version: Version, storage: Storage, { limits, log }: Runtime): HistoryClient | undefined {
    const { manifest, ubj } = version;
    const raw = rawRowsOf(manifest);
    if (raw === undefined) return undefined;
    const { features, horizonDays, calibration } = manifest;
    const prepare = async (): Promise<HistorySetup> => ({
      raw,
      features,
      horizonDays,
      threshold: manifest.threshold.value,
      calibration,
      ubj,
      snapshot: raw.set === 'Extended' ? await readPinned(storage, manifest, SNAPSHOT_FILE) : undefined,
      mostRows: limits.historyRows,
    });
    return new HistoryClient(prepare, log);
  }

  /** Requests in the worker or in front of it. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** @throws {HistoryLostError} when the worker ends, or does not start: the request may be sent again */
  async answer(body: Uint8Array, shown: Shown): Promise<AnsweredHistory> {
    const id = this.#next++;
    const answered = new Promise<AnsweredHistory>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
    });
    // It may be rejected while the worker is awaited.
    answered.catch(() => {});
    try {
      (await this.#running()).postMessage({ id, body, shown });
      return await answered;
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

  #running(): Promise<Worker> {
    this.#worker ??= this.#spawn().catch(({ message }: Error) => {
      this.#worker = undefined;
      this.#log('error', `the history worker does not start: ${message}`);
      throw new HistoryLostError(`the history worker does not start: ${message}`);
    });
    return this.#worker;
  }

  async #spawn(): Promise<Worker> {
    const worker = new Worker(new URL('worker.ts', import.meta.url), {
      workerData: await this.#prepare(),
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MEGABYTES },
    });
    // Rejects with the error when the worker fails before it is ready.
    await once(worker, 'message');
    worker.on('message', (reply: HistoryReply) => this.#receive(reply));
    let failure: Error | undefined;
    worker.on('error', (error: Error) => (failure = error));
    worker.on('exit', () => this.#lost(failure));
    return worker;
  }

  #receive(reply: HistoryReply): void {
    if (reply === 'ready') return;
    const waiting = this.#waiting.get(reply.id);
    if (reply.kind === 'failed') waiting?.reject(new Error(reply.message));
    else waiting?.resolve(reply);
  }

  #lost(failure: Error | undefined): void {
    if (this.#closed) return;
    this.#log('error', `the history worker ended: ${failure?.message ?? 'no error given'}`);
    this.#worker = undefined;
    for (const { reject } of this.#waiting.values()) reject(new HistoryLostError('the history worker ended'));
  }
}
