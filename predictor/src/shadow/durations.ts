/** Each bucket is half a percent wider than the one before: what is told is off by a quarter percent at the most. */
const GROWTH = Math.log(1.005);
/** From a microsecond to ten minutes. */
const LONGEST_US = 600_000_000;
const BUCKETS = Math.ceil(Math.log(LONGEST_US) / GROWTH) + 1;

/** Durations counted by bucket: plain, so that those of several processes can be added up. */
export type Durations = Uint32Array;

export interface DurationFigures {
  count: number;
  /** Milliseconds; null without any. */
  p50: number | null;
  p99: number | null;
}

export function noDurations(): Durations {
  return new Uint32Array(BUCKETS);
}

export function addDuration(durations: Durations, milliseconds: number): void {
  const microseconds = Math.min(LONGEST_US, Math.max(1, milliseconds * 1000));
  durations[Math.round(Math.log(microseconds) / GROWTH)]!++;
}

export function sumDurations(all: readonly Durations[]): Durations {
  const sum = noDurations();
  for (const each of all) for (let bucket = 0; bucket < sum.length; bucket++) sum[bucket]! += each[bucket]!;
  return sum;
}

export function durationFigures(durations: Durations): DurationFigures {
  const count = durations.reduce((sum, each) => sum + each, 0);
  if (count === 0) return { count, p50: null, p99: null };
  return { count, p50: percentile(durations, count * 0.5), p99: percentile(durations, count * 0.99) };
}

/** The middle of the bucket that holds the duration which `rank` others do not exceed, in milliseconds. */
function percentile(durations: Durations, rank: number): number {
  let bucket = 0;
  for (let below = durations[0]!; below < rank; below += durations[bucket]!) bucket++;
  return Math.exp(bucket * GROWTH) / 1000;
}
