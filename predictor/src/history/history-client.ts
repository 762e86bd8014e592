import { SNAPSHOT_FILE } from '@stockout/contracts';
import type { Storage } from '@stockout/storage';
import type { Runtime } from '../runtime.ts';
import { readPinned, type Version } from '../version/load-version.ts';
import { WorkerClient } from '../worker-client.ts';
import type { HistoryReply, HistoryRequest, HistorySetup, NotJson } from './protocol.ts';
import { rawRowsOf } from './raw-rows-of.ts';
import type { HistoryAnswer, Shown } from './score-history.ts';

/** What a caller's JSON takes when it is parsed; beyond it the worker ends, and not the process. */
const HEAP_MEGABYTES = 384;

export interface AnsweredHistory {
  answer: HistoryAnswer | NotJson;
  seconds: number;
}

/**
 * Makes features of raw rows, and scores them, in a worker thread with a DuckDB of its own. Both are started by the
 * first request: until then they cost nothing.
 */
export class HistoryClient {
  readonly #client: WorkerClient<HistoryRequest, HistoryReply>;

  private constructor(prepare: () => Promise<HistorySetup>, { log, metrics }: Runtime) {
    this.#client = new WorkerClient({
      name: 'history',
      url: new URL('worker.ts', import.meta.url),
      prepare,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MEGABYTES },
      log,
      lost: () => metrics.trouble.threadLost('history'),
    });
  }

  /** @returns undefined where the version's features cannot be made of raw rows here */
  static of(version: Version, storage: Storage, runtime: Runtime): HistoryClient | undefined {
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
      mostRows: runtime.limits.historyRows,
    });
    return new HistoryClient(prepare, runtime);
  }

  /** Requests in the worker or in front of it. */
  get waiting(): number {
    return this.#client.waiting;
  }

  /** @throws {WorkerLostError} when the worker ends, or does not start: the request may be sent again */
  answer(body: Uint8Array, shown: Shown): Promise<AnsweredHistory> {
    return this.#client.call('answer', (id) => ({ id, body, shown }));
  }

  close(): Promise<void> {
    return this.#client.close();
  }
}
