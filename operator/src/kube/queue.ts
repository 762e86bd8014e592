import { setImmediate as nextTurn } from 'node:timers/promises';
import { type BackoffOptions, backoffMs } from './backoff.ts';

export interface QueueMetrics {
  added(): void;
  retried(): void;
  depth(depth: number): void;
}

const BACKOFF: BackoffOptions = { firstMs: 100, maxMs: 300_000 };

/**
 * Keys to reconcile. A key is in it once, is worked on by one worker at a time, and is worked on again when it was
 * added meanwhile.
 */
export class KeyedQueue {
  readonly #waiting = new Set<string>();
  readonly #active = new Set<string>();
  /** Added while being worked on. */
  readonly #again = new Set<string>();
  readonly #timers = new Map<string, { due: number; timer: NodeJS.Timeout }>();
  /** In a row, and when the wait after the last one is over. */
  readonly #failures = new Map<string, { failures: number; due: number }>();
  readonly #takers: ((key: string | undefined) => void)[] = [];
  readonly #metrics: QueueMetrics | undefined;
  readonly #backoff: BackoffOptions;
  #closed = false;

  constructor(metrics?: QueueMetrics, backoff: BackoffOptions = BACKOFF) {
    this.#metrics = metrics;
    this.#backoff = backoff;
  }

  add(key: string): void {
    if (this.#closed || this.#waiting.has(key) || this.#again.has(key)) return;
    this.#metrics?.added();
    if (this.#active.has(key)) {
      this.#again.add(key);
      return;
    }
    const taker = this.#takers.shift();
    if (taker === undefined) this.#waiting.add(key);
    else taker(this.#activate(key));
    this.#metrics?.depth(this.#waiting.size);
  }

  /** Adds the key later; of several times the earliest counts. */
  addAfter(key: string, ms: number): void {
    if (this.#closed) return;
    const due = performance.now() + ms;
    const pending = this.#timers.get(key);
    if (pending !== undefined && pending.due <= due) return;
    clearTimeout(pending?.timer);
    // Longer than a timer can be: it is looked at again then.
    const timer = setTimeout(() => this.#due(key), Math.min(ms, 2 ** 31 - 1));
    timer.unref();
    this.#timers.set(key, { due, timer });
  }

  /**
   * Adds the key after a wait that grows with each failure in a row. What fails during a wait, because something happened
   * to it, does not make that longer: of many events in a bad second one would have to wait for minutes.
   */
  retry(key: string): void {
    this.#metrics?.retried();
    const now = performance.now();
    const { failures = 0, due = 0 } = this.#failures.get(key) ?? {};
    if (due > now) return this.addAfter(key, due - now);
    const wait = backoffMs(failures, this.#backoff);
    this.#failures.set(key, { failures: failures + 1, due: now + wait });
    this.addAfter(key, wait);
  }

  /** It went well: the next failure waits the shortest time again. */
  forget(key: string): void {
    this.#failures.delete(key);
  }

  /** Works until the signal; a key that is worked on is finished. `work` never throws. */
  async run(work: (key: string) => Promise<void>, workers: number, signal: AbortSignal): Promise<void> {
    const close = (): void => this.#close();
    if (signal.aborted) return close();
    signal.addEventListener('abort', close, { once: true });
    await Promise.all(Array.from({ length: workers }, () => this.#worker(work)));
  }

  async #worker(work: (key: string) => Promise<void>): Promise<void> {
    for (let key = await this.#take(); key !== undefined; key = await this.#take()) {
      await work(key);
      this.#active.delete(key);
      if (this.#again.delete(key)) this.add(key);
      // Of a thousand keys for which there is nothing to do, none waits for anything: probes, timers and the Lease would.
      await nextTurn();
    }
  }

  #take(): Promise<string | undefined> {
    if (this.#closed) return Promise.resolve(undefined);
    const [key] = this.#waiting;
    if (key === undefined) return new Promise((resolve) => this.#takers.push(resolve));
    this.#waiting.delete(key);
    this.#metrics?.depth(this.#waiting.size);
    return Promise.resolve(this.#activate(key));
  }

  #activate(key: string): string {
    this.#active.add(key);
    return key;
  }

  #due(key: string): void {
    this.#timers.delete(key);
    this.add(key);
  }

  #close(): void {
    this.#closed = true;
    for (const { timer } of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    for (const taker of this.#takers.splice(0)) taker(undefined);
  }
}
