/**
 * Marks the test rows with 1: of each class its share, rounded, drawn without replacement.
 * The same labels, fraction and seed mark the same rows on any machine.
 */
export function drawTestRows(labels: Float32Array, fraction: number, seed: number): Uint8Array {
  const marks = new Uint8Array(labels.length);
  const random = mulberry32(seed);
  for (const label of [0, 1]) {
    let left = labels.reduce((count, each) => count + Number(each === label), 0);
    let wanted = testRowsOf(left, fraction);
    // Selection sampling (Knuth, TAOCP 3.4.2, algorithm S): one pass, exactly `wanted` rows.
    for (let row = 0; row < labels.length; row++) {
      if (labels[row] !== label) continue;
      if (random() * left < wanted) {
        marks[row] = 1;
        wanted -= 1;
      }
      left -= 1;
    }
  }
  return marks;
}

/** How many of the rows of one class test. */
export function testRowsOf(rows: number, fraction: number): number {
  return Math.round(rows * fraction);
}

/** Tommy Ettinger's 32-bit generator, uniform in [0, 1): small, and the same everywhere. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let word = Math.imul(state ^ (state >>> 15), state | 1);
    word ^= word + Math.imul(word ^ (word >>> 7), word | 61);
    return ((word ^ (word >>> 14)) >>> 0) / 2 ** 32;
  };
}
