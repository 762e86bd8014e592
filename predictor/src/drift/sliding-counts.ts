/** How much of the past counts. */
export interface WindowLimits {
  windowMs: number;
  /** About so many rows at the most. */
  windowRows: number;
}

interface Span {
  counts: Uint32Array;
  rows: number;
  /** When it was opened, in milliseconds since 1970. */
  since: number;
}

/** The window slides by a share of 1/SPANS. */
const SPANS = 24;

/**
 * Counts over the latest rows, in a ring of spans of time: a span that is full or old is closed, and the oldest is
 * used again. Memory is 24 x `size` x 4 bytes whatever comes (32 KiB for 15 features).
 */
export class SlidingCounts {
  readonly #limits: WindowLimits;
  readonly #spans: Span[];
  #current = 0;

  constructor(size: number, limits: WindowLimits, now: number) {
    this.#limits = limits;
    this.#spans = Array.from({ length: SPANS }, () => ({
      counts: new Uint32Array(size),
      rows: 0,
      since: now,
    }));
  }

  /** The counts that `rows` rows are about to be added to. */
  open(rows: number, now: number): Uint32Array {
    let span = this.#spans[this.#current] as Span;
    const full = span.rows >= this.#limits.windowRows / SPANS;
    if (full || now - span.since >= this.#limits.windowMs / SPANS) span = this.#next(now);
    span.rows += rows;
    return span.counts;
  }

  /** What the window holds. */
  total(now: number): { counts: Float64Array; rows: number; since: number | undefined } {
    const counts = new Float64Array((this.#spans[0] as Span).counts.length);
    const kept = this.#spans.filter(({ rows, since }) => rows > 0 && now - since <= this.#limits.windowMs);
    for (const span of kept) for (let bin = 0; bin < counts.length; bin++) counts[bin]! += span.counts[bin]!;
    const rows = kept.reduce((sum, span) => sum + span.rows, 0);
    return { counts, rows, since: rows === 0 ? undefined : Math.min(...kept.map(({ since }) => since)) };
  }

  #next(now: number): Span {
    this.#current = (this.#current + 1) % SPANS;
    const span = this.#spans[this.#current] as Span;
    span.counts.fill(0);
    span.rows = 0;
    span.since = now;
    return span;
  }
}
