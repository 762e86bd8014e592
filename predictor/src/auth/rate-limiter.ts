/** More callers than that at one time are not told apart for ever: who was quiet longest is forgotten. */
const MOST_CALLERS = 10_000;

interface Bucket {
  tokens: number;
  /** When it held so many, in milliseconds. */
  at: number;
}

/**
 * So many requests a minute for each caller, by a token bucket: who was quiet may send a minute's worth at once, and
 * goes on at the limit's pace. One who is forgotten begins with a full bucket, which costs nothing but a little
 * leniency: the table stays bounded whoever calls.
 */
export class RateLimiter {
  readonly perMinute: number;
  readonly #now: () => number;
  /** In the order of their last request. */
  readonly #buckets = new Map<string, Bucket>();

  /** @param now milliseconds of a clock that never goes back */
  constructor(perMinute: number, now: () => number = () => performance.now()) {
    this.perMinute = perMinute;
    this.#now = now;
  }

  /** Callers that are told apart just now. */
  get callers(): number {
    return this.#buckets.size;
  }

  /**
   * Counts a request of a caller.
   * @returns 0 when it may pass, else the whole seconds after which another may
   */
  take(caller: string): number {
    const bucket = this.#bucketOf(caller);
    // What was waited for is there, whatever floating point makes of it.
    if (bucket.tokens >= 1 - 1e-9) {
      bucket.tokens -= 1;
      return 0;
    }
    return Math.ceil(((1 - bucket.tokens) * 60) / this.perMinute);
  }

  /** As it stands now, put behind all others. */
  #bucketOf(caller: string): Bucket {
    const now = this.#now();
    const bucket = this.#buckets.get(caller) ?? { tokens: this.perMinute, at: now };
    const earned = ((now - bucket.at) * this.perMinute) / 60_000;
    bucket.tokens = Math.min(this.perMinute, bucket.tokens + earned);
    bucket.at = now;
    this.#buckets.delete(caller);
    if (this.#buckets.size === MOST_CALLERS) this.#forget();
    this.#buckets.set(caller, bucket);
    return bucket;
  }

  #forget(): void {
    for (const caller of this.#buckets.keys()) {
      this.#buckets.delete(caller);
      return;
    }
  }
}
