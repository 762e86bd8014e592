import { Circuit } from './circuit.ts';
import type { Candidate, CandidateAnswer } from './candidate.ts';
import { RowQueue } from './row-queue.ts';

/** What mirroring may cost: about 60 us of CPU a request, so that this is a hundredth of a core. */
export interface MirrorLimits {
  sockets: number;
  perSecond: number;
  /** Live rows that wait; more are dropped. */
  queued: number;
  /** Of the whole answer. */
  deadlineMs: number;
}

export interface MirrorInput {
  candidate: Candidate;
  limits: MirrorLimits;
  width: number;
  /** Rows that are sent once, between live ones. */
  replay: Float32Array;
  /** @param milliseconds as given with the row; NaN for one that is replayed */
  answered(answer: CandidateAnswer, row: Float32Array, milliseconds: number): void;
}

interface Job {
  row: Float32Array;
  milliseconds: number;
  replayed: boolean;
}

/**
 * Sends rows to a candidate, never faster than the limits, and without anybody waiting for it. Until something answers, one
 * row is sent again and again, and once more after that: nodes and DNS learn of a new Service a moment after its pods are
 * ready, and neither what is lost until then nor how long it took is the candidate's.
 */
export class Mirror {
  readonly #input: MirrorInput;
  readonly #circuit = new Circuit();
  readonly #queue: RowQueue;
  readonly #taken: number;
  #reached = false;
  #again: Job | undefined;
  #replayed = 0;
  #done = 0;
  #replayNext = true;
  #underWay = 0;
  #notBefore = 0;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(input: MirrorInput) {
    this.#input = input;
    this.#queue = new RowQueue(input.width, input.limits.queued);
    this.#taken = input.replay.length / input.width;
    this.#pump();
  }

  get replay(): { taken: number; done: number } {
    return { taken: this.#taken, done: this.#done };
  }

  get answering(): boolean {
    return this.#circuit.closed;
  }

  /**
   * @returns false when the row is dropped: too many wait, or the candidate does not answer. One row waits even then, by
   * which it is found out whether it does again.
   */
  offer(matrix: Float32Array, offset: number, milliseconds: number): boolean {
    if (!this.#circuit.closed && this.#queue.length > 0) return false;
    if (!this.#queue.push(matrix, offset, milliseconds)) return false;
    if (this.#timer === undefined && this.#underWay < this.#input.limits.sockets) this.#schedule(0);
    return true;
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#input.candidate.close();
  }

  #pump(): void {
    this.#timer = undefined;
    // Of a candidate that does not answer one request at a time finds out whether it does by now.
    const most = this.#reached && this.#circuit.closed ? this.#input.limits.sockets : 1;
    if (this.#closed || this.#underWay >= most) return;
    const now = performance.now();
    const wait = Math.max(this.#notBefore - now, this.#circuit.wait(now));
    if (wait > 0) return this.#schedule(wait);
    const job = this.#next();
    if (job === undefined) return;
    this.#notBefore = now + 1000 / this.#input.limits.perSecond;
    void this.#send(job);
    this.#pump();
  }

  #schedule(milliseconds: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#pump(), milliseconds).unref();
  }

  /** In turns from the replay and from what is live, so that neither keeps the other waiting. */
  #next(): Job | undefined {
    const again = this.#again;
    this.#again = undefined;
    if (again !== undefined) return again;
    this.#replayNext = !this.#replayNext;
    const turns = [() => this.#nextLive(), () => this.#nextReplay()];
    for (const take of this.#replayNext ? turns.toReversed() : turns) {
      const job = take();
      if (job !== undefined) return job;
    }
    return undefined;
  }

  #nextLive(): Job | undefined {
    const next = this.#queue.shift();
    return next && { row: next.row, milliseconds: next.note, replayed: false };
  }

  #nextReplay(): Job | undefined {
    if (this.#replayed === this.#taken) return undefined;
    const { replay, width } = this.#input;
    const start = this.#replayed++ * width;
    return { row: replay.subarray(start, start + width), milliseconds: Number.NaN, replayed: true };
  }

  async #send(job: Job): Promise<void> {
    this.#underWay++;
    const answer = await this.#input.candidate.ask(job.row);
    this.#underWay--;
    if (this.#closed) return;
    const silent = answer.error === 'connection' || answer.error === 'timeout';
    if (silent) this.#circuit.failed(performance.now());
    else this.#circuit.answered();
    if (this.#reached) this.#count(job, answer);
    else this.#again = job;
    this.#reached ||= !silent;
    if (this.#timer === undefined) this.#pump();
  }

  #count({ row, milliseconds, replayed }: Job, answer: CandidateAnswer): void {
    if (replayed) this.#done++;
    this.#input.answered(answer, row, milliseconds);
  }
}
