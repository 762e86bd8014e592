/** Bits that a pass sorts by: three passes for 32. */
const BITS = 11;
const BUCKETS = 1 << BITS;

/**
 * The rows' indices, highest score first, rows without a score (NaN) last; rows of the same score keep their order.
 * A radix sort (Knuth, TAOCP 5.2.5, algorithm R), which needs no comparison: 180,000 rows in a few milliseconds.
 */
export function sortByScore(scores: Float32Array): Uint32Array {
  const keys = fallingKeys(scores);
  let from = new Uint32Array(keys.length);
  let to = new Uint32Array(keys.length);
  for (let row = 0; row < from.length; row++) from[row] = row;
  for (let shift = 0; shift < 32; shift += BITS) {
    const starts = new Uint32Array(BUCKETS + 1);
    for (let row = 0; row < keys.length; row++) starts[((keys[row]! >>> shift) & (BUCKETS - 1)) + 1]! += 1;
    for (let bucket = 1; bucket <= BUCKETS; bucket++) starts[bucket]! += starts[bucket - 1]!;
    for (let i = 0; i < from.length; i++) {
      const row = from[i]!;
      to[starts[(keys[row]! >>> shift) & (BUCKETS - 1)]!++] = row;
    }
    [from, to] = [to, from];
  }
  return from;
}

/** Unsigned integers that rise as the scores fall. */
function fallingKeys(scores: Float32Array): Uint32Array {
  const keys = new Uint32Array(scores.length);
  const word = new Float32Array(1);
  const bits = new Int32Array(word.buffer);
  for (let row = 0; row < scores.length; row++) {
    word[0] = scores[row]! + 0; // -0 and 0 tie
    const signed = bits[0]!;
    keys[row] = Number.isNaN(word[0]) ? 0xffffffff : signed < 0 ? signed : ~(signed | 0x80000000);
  }
  return keys;
}
