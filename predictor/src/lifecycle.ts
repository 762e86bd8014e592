/** Where a predictor stands. It is ready in one phase only. */
export type Phase =
  /** The version is being read and checked. */
  | 'loading'
  | 'ready'
  /** The version cannot be served; the process stays up to say why. */
  | 'failed'
  /** Told to stop: not ready, but requests that still arrive are answered. */
  | 'draining'
  /** New requests are turned away; those under way end. */
  | 'closing';

/** Where it stands, and why it is not ready, in words. */
export interface Standing {
  readonly phase: Phase;
  readonly reason: string;
}

export class Lifecycle implements Standing {
  #phase: Phase = 'loading';
  #reason = 'the model version is being loaded';
  readonly #listeners = new Set<() => void>();

  get phase(): Phase {
    return this.#phase;
  }

  /** Why it is not ready, in words. */
  get reason(): string {
    return this.#reason;
  }

  get ready(): boolean {
    return this.#phase === 'ready';
  }

  /** Told to stop, whatever it was doing: answers close their connections. */
  get stopping(): boolean {
    return this.#phase === 'draining' || this.#phase === 'closing';
  }

  /**
   * Calls `listener` after each change of the phase or of the reason.
   * @returns what ends that
   */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  waiting(reason: string): void {
    if (this.#phase !== 'loading' || reason === this.#reason) return;
    this.#enter('loading', reason);
  }

  becomeReady(): void {
    if (this.#phase === 'loading') this.#enter('ready', '');
  }

  fail(reason: string): void {
    if (!this.stopping) this.#enter('failed', reason);
  }

  drain(): void {
    this.#enter('draining', 'the predictor is shutting down');
  }

  close(): void {
    this.#enter('closing', 'the predictor is shutting down');
  }

  #enter(phase: Phase, reason: string): void {
    this.#phase = phase;
    this.#reason = reason;
    for (const listener of this.#listeners) listener();
  }
}
