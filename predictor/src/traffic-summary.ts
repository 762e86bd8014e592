import type { Bins } from './drift/bins.ts';

/** So many rows of a batch are counted at the most: half a millisecond, and enough to tell drift from. */
const COUNTED = 2_000;
/** So many are kept for a candidate. */
const KEPT = 64;

/** What is learned of many rows where they are scored, small enough to change threads. */
export interface TrafficSummary {
  /** Rows that were counted. */
  rows: number;
  /** Of each bin of drift. */
  counts: Uint32Array;
  /** Some of the rows. */
  sample: Float32Array;
}

/** @param matrix rows of the model's features, one per score at the least */
export function summarise(bins: Bins, matrix: Float32Array, scores: Float32Array): TrafficSummary {
  const width = bins.columns.length - 1;
  const counts = new Uint32Array(bins.size);
  const counted = pickRows(scores.length, COUNTED);
  for (const row of counted) bins.count(counts, matrix, row * width, scores[row]!);
  const kept = pickRows(scores.length, KEPT);
  const sample = new Float32Array(kept.length * width);
  for (const [index, row] of kept.entries()) {
    sample.set(matrix.subarray(row * width, (row + 1) * width), index * width);
  }
  return { rows: counted.length, counts, sample };
}

/** Rows spread over all of them: one of each stretch, by chance, for rows in order of stores have a rhythm. */
function pickRows(rows: number, most: number): Uint32Array {
  if (rows <= most) return Uint32Array.from({ length: rows }, (_, row) => row);
  const stretch = rows / most;
  return Uint32Array.from({ length: most }, (_, index) => Math.floor((index + Math.random()) * stretch));
}
