import cluster from 'node:cluster';
import { fileURLToPath } from 'node:url';
import { type Manifest, StockoutError } from '@stockout/contracts';
import type { Standing } from '../lifecycle.ts';
import type { Settings } from '../options.ts';
import type { Metrics, Question, QuestionKind, Questions, WorkerOptions } from './protocol.ts';
import { standingTogether } from './standing-together.ts';
import { addCounts } from './supervisor-metrics.ts';
import { type Addresses, WorkerProcess } from './worker-process.ts';

const PROGRAM = fileURLToPath(new URL('worker-program.ts', import.meta.url));
/** Within so many milliseconds each process may end once before we wait with the next one. */
const RECENT_MS = 60_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
/** So often they are asked what they have counted: what one counts after it was last asked goes with it when it is killed. */
const HEAR_MS = 1_000;
/** Beyond the time that a process has for its own end. */
const END_MS = 5_000;

/** Keeps processes serving on the same ports: starts others in the place of those that end, and stops them all. */
export class Supervisor {
  readonly #settings: Settings;
  readonly #workers: WorkerProcess[] = [];
  readonly #timers = new Set<NodeJS.Timeout>();
  /** When processes ended lately, in milliseconds of a clock that never goes back. */
  #ends: number[] = [];
  #restarts = 0;
  /** What processes that have ended had counted. */
  #gone: Metrics = [];
  #isComplete = false;
  #stopping = false;
  /** Resolves when all processes are ready at one time; rejects when one never will be. */
  readonly complete: Promise<void>;
  #resolveComplete!: () => void;
  #rejectComplete!: (error: Error) => void;
  /** Called with each process that has become ready. */
  onReady: (worker: WorkerProcess) => void = () => {};

  constructor(settings: Settings) {
    this.#settings = settings;
    this.complete = new Promise((resolve, reject) => {
      this.#resolveComplete = resolve;
      this.#rejectComplete = reject;
    });
    // Whoever does not wait for it reads /readyz.
    this.complete.catch(() => {});
    cluster.setupPrimary({ exec: PROGRAM, args: [], serialization: 'advanced' });
  }

  get manifest(): Manifest | undefined {
    return this.#workers.find(({ manifest }) => manifest !== undefined)?.manifest;
  }

  get standing(): Standing {
    const each = this.#workers.map(({ standing }) => standing);
    return standingTogether(each, { complete: this.#isComplete, stopping: this.#stopping });
  }

  /** Processes that are ready now. */
  get ready(): number {
    return this.#workers.filter(({ standing: { phase } }) => phase === 'ready').length;
  }

  /** Processes that were started in the place of one that had ended. */
  get restarts(): number {
    return this.#restarts;
  }

  /** @throws {StockoutError} when one of them cannot start or listen: then none is left */
  async start(): Promise<Addresses> {
    try {
      for (let place = 0; place < this.#settings.workers; place++) this.#spawn(place, false);
      this.#hearLater();
      const [first] = await Promise.all(this.#workers.map(({ listening }) => listening));
      return first as Addresses;
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** What each process answers; those that do not are left out. */
  async askAll<Kind extends QuestionKind>(
    question: Question<Kind>,
  ): Promise<NonNullable<Questions[Kind]['answer']>[]> {
    const answers = await Promise.all(this.#workers.map((worker) => worker.ask(question)));
    return answers.filter((answer) => answer != null);
  }

  /** What they have counted, as far as each has told; of those that have ended too, so that no sum ever falls. */
  get counted(): Metrics[] {
    return [...this.#workers.map(({ metrics }) => metrics), this.#gone];
  }

  /** What they have counted by now; of one that does not answer, what it told before. */
  async metrics(): Promise<Metrics[]> {
    await Promise.all(this.#workers.map((worker) => worker.readMetrics()));
    return this.counted;
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#rejectComplete(new StockoutError('stopped before it was ready'));
    for (const timer of this.#timers) clearTimeout(timer);
    const { drainMs, closeMs } = this.#settings.limits;
    await Promise.all(this.#workers.map((worker) => worker.stop(drainMs + closeMs + END_MS)));
  }

  #spawn(place: number, again: boolean): void {
    const worker = new WorkerProcess(this.#optionsOf(place, again), (changed) => this.#look(changed));
    this.#workers[place] = worker;
    void this.#follow(worker, place);
  }

  async #follow(worker: WorkerProcess, place: number): Promise<void> {
    const how = await worker.ended;
    this.#gone = addCounts(this.#gone, worker.takeMetrics());
    this.#replace(place, how);
  }

  /** The one that ended stays in its place when the system starts no other now. */
  #spawnAgain(place: number): void {
    try {
      this.#spawn(place, true);
    } catch (error) {
      this.#replace(place, (error as Error).message);
    }
  }

  #look(worker: WorkerProcess): void {
    const { workers } = this.#settings;
    const { phase, reason } = worker.standing;
    if (!this.#isComplete && this.ready === workers) {
      this.#isComplete = true;
      this.#resolveComplete();
      this.#settings.log('info', 'all worker processes are ready', { workers });
    }
    if (phase === 'failed') this.#rejectComplete(new StockoutError(reason));
    if (phase === 'ready') this.onReady(worker);
  }

  #replace(place: number, how: string): void {
    if (this.#stopping) return;
    const pause = this.#pause();
    this.#restarts++;
    this.#settings.log('error', `worker process ${place} is started again: ${how}`, { pause });
    this.#later(pause, () => this.#spawnAgain(place));
  }

  /** One after another: who does not answer is not asked the more for it. */
  #hearLater(): void {
    this.#later(HEAR_MS, async () => {
      await Promise.all(this.#workers.map((worker) => worker.readCounts()));
      if (!this.#stopping) this.#hearLater();
    });
  }

  /** Unless they are stopped before. */
  #later(milliseconds: number, act: () => unknown): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      act();
    }, milliseconds);
    this.#timers.add(timer);
  }

  /** Milliseconds until the next start: none at first, and longer and longer when processes keep ending. */
  #pause(): number {
    const now = performance.now();
    this.#ends = [...this.#ends.filter((end) => now - end < RECENT_MS), now];
    const often = this.#ends.length - this.#settings.workers;
    return often <= 0 ? 0 : Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (often - 1));
  }

  /** @param again while others serve: callers must not meet one that is not ready yet */
  #optionsOf(worker: number, again: boolean): WorkerOptions {
    const { log: _log, signal: _signal, ...options } = this.#settings;
    return { ...options, worker, listenWhenReady: again };
  }
}
