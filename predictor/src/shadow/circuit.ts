/** After so many requests in a row without an answer nobody is asked for a while. */
const FAILURES = 5;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

/** Keeps away from a candidate that does not answer: pauses, one attempt, and a pause twice as long if that fails. */
export class Circuit {
  #failures = 0;
  #pauseMs = FIRST_PAUSE_MS;
  #until = 0;

  /** Whether the candidate is believed to answer. */
  get closed(): boolean {
    return this.#failures < FAILURES;
  }

  /** Milliseconds until it may be asked again. @param now of a clock that never goes back */
  wait(now: number): number {
    return this.closed ? 0 : Math.max(0, this.#until - now);
  }

  answered(): void {
    this.#failures = 0;
    this.#pauseMs = FIRST_PAUSE_MS;
  }

  failed(now: number): void {
    this.#failures++;
    // Requests that were under way when the pause began make it no longer.
    if (this.closed || now < this.#until) return;
    this.#until = now + this.#pauseMs;
    this.#pauseMs = Math.min(2 * this.#pauseMs, LONGEST_PAUSE_MS);
  }
}
