import { expect, it } from 'vitest';
import { releaseMemory } from './release-memory.ts';

it('frees bytes that have a memory of their own', () => {
  const bytes = new Uint8Array(1_000_000);
  releaseMemory(bytes);
  expect([bytes.byteLength, bytes.buffer.detached]).toEqual([0, true]);
});

it('leaves what shares its memory with others as it is', () => {
  const shared = Buffer.from('abcdef');
  const part = shared.subarray(0, 3);
  releaseMemory(part);
  releaseMemory(Buffer.from('of the pool'));
  expect([part.toString(), shared.toString()]).toEqual(['abc', 'abcdef']);
});
