import { releaseMemory } from '../release-memory.ts';

/**
 * Chunks of a body as one, in a memory of its own, which can change threads. The chunks are freed: left to the garbage
 * collector they would have it stop everything for each dozen of batches.
 */
export function joinChunks(chunks: readonly Buffer[], length: number): Buffer {
  const all = Buffer.allocUnsafeSlow(length);
  let offset = 0;
  for (const chunk of chunks) {
    all.set(chunk, offset);
    offset += chunk.length;
    releaseMemory(chunk);
  }
  return all;
}
