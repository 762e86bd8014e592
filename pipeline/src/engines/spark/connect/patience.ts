import { setTimeout as pause } from 'node:timers/promises';
import { isServiceError, status } from './channel.ts';
import { detailsOf } from './status.ts';

const [FIRST_PAUSE, LONGEST_PAUSE] = [50, 5000];

/** Whether the same may come out well when it is tried again: the network's faults, and what the server says is one. */
function isTransient(error: unknown): boolean {
  if (!isServiceError(error)) return false;
  const { errorId, retryAfterMilliseconds } = detailsOf(error);
  if (retryAfterMilliseconds !== undefined) return true;
  // Another stream of the same plan was opened meanwhile, as after a cut that only one side has noticed.
  if (error.details.includes('INVALID_CURSOR.DISCONNECTED')) return true;
  if (errorId !== undefined) return false;
  if ([status.UNAVAILABLE, status.DEADLINE_EXCEEDED, status.CANCELLED].includes(error.code)) return true;
  return error.code === status.INTERNAL && /RST_STREAM|stream|connection/i.test(error.details);
}

/** Pauses between tries: longer each time, never two clients in step, until there was no success for too long. */
export class Patience {
  readonly #milliseconds: number;
  #since = performance.now();
  #tries = 0;

  constructor(milliseconds: number) {
    this.#milliseconds = milliseconds;
  }

  /** What was tried since the last success. */
  get spent(): { tries: number; seconds: number } {
    return { tries: this.#tries + 1, seconds: Math.round((performance.now() - this.#since) / 1000) };
  }

  succeeded(): void {
    this.#since = performance.now();
    this.#tries = 0;
  }

  /**
   * Waits before the next try.
   * @throws the error itself when it is of no use to try again, or time is up
   */
  async afterFailure(error: unknown, signal?: AbortSignal): Promise<void> {
    if (!isTransient(error)) throw error;
    const wish = isServiceError(error) ? detailsOf(error).retryAfterMilliseconds : undefined;
    const longest = Math.min(FIRST_PAUSE * 2 ** this.#tries, LONGEST_PAUSE);
    const milliseconds = wish ?? longest * (0.5 + Math.random() / 2);
    if (performance.now() + milliseconds - this.#since > this.#milliseconds) throw error;
    this.#tries++;
    await pause(milliseconds, undefined, signal ? { signal } : {});
  }
}
