/** Numbers from 0 to 1 (exclusive), the same for the same seed on every machine: Marsaglia's xorshift128, hashed seed. */
export function randomNumbers(seed: number, stream: number): () => number {
  const state = new Uint32Array(4);
  for (let i = 0; i < 4; i++) state[i] = hash(hash(seed + i) + stream) || 1;
  return () => {
    const [x = 1, y = 1, z = 1, w = 1] = state;
    const t = x ^ (x << 11);
    state.set([y, z, w, w ^ (w >>> 19) ^ t ^ (t >>> 8)]);
    return (state[3] ?? 0) / 2 ** 32;
  };
}

/** How many of a Poisson process's events, by Knuth's product of uniforms: right for the small means of daily sales. */
export function poisson(mean: number, random: () => number): number {
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = random(); product > limit; product *= random()) count++;
  return count;
}

/** A bijection of 32 bits that leaves no pattern (the finaliser of MurmurHash3). */
function hash(value: number): number {
  let h = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
