import { expect, test } from 'vitest';
import { forEachPiece, holdingPiece, PART_BYTES, partBytes } from './pieces.ts';

test('parts are pieces until there would be more of them than a store allows', () => {
  expect(partBytes(1)).toBe(PART_BYTES);
  expect(partBytes(PART_BYTES * 10_000)).toBe(PART_BYTES);
  const terabyte = 2 ** 40;
  expect(Math.ceil(terabyte / partBytes(terabyte))).toBeLessThanOrEqual(10_000);
});

test('every piece is done once, a few at a time', async () => {
  const done: number[] = [];
  let running = 0;
  let most = 0;
  await forEachPiece(10, async (index) => {
    most = Math.max(most, ++running);
    await Promise.resolve();
    done.push(index);
    running--;
  });
  expect(done.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(most).toBe(2);
});

test('however many ask, six pieces are held at once, and a failed one gives its place back', async () => {
  let held = 0;
  let most = 0;
  const work = Array.from({ length: 30 }, (_, index) =>
    holdingPiece(async () => {
      most = Math.max(most, ++held);
      await Promise.resolve();
      held--;
      if (index % 3 === 0) throw new Error('cut');
    }),
  );
  const ended = await Promise.allSettled(work);
  expect(ended.filter(({ status }) => status === 'fulfilled')).toHaveLength(20);
  expect([most, held]).toEqual([6, 0]);
});

test('a piece that fails ends it, and no further one begins', async () => {
  const begun: number[] = [];
  const work = forEachPiece(10, async (index) => {
    begun.push(index);
    if (index === 1) throw new Error('piece 1');
    await Promise.resolve();
  });
  await expect(work).rejects.toThrow('piece 1');
  expect(begun.length).toBeLessThan(10);
});
