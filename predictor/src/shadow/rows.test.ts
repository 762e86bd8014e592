import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecentRows } from './recent-rows.ts';
import { RowQueue } from './row-queue.ts';

const rowOf = (value: number): Float32Array => new Float32Array([0, value, -value]);

describe('recent rows', () => {
  it('are the newest that were pushed, the oldest of them first, whatever came before', () => {
    const sizes = fc.record({
      capacity: fc.integer({ min: 1, max: 8 }),
      pushed: fc.nat(30),
      most: fc.nat(12),
    });
    fc.assert(
      fc.property(sizes, ({ capacity, pushed, most }) => {
        const recent = new RecentRows(2, capacity);
        for (let value = 0; value < pushed; value++) recent.push(rowOf(value), 1);
        const kept = Array.from({ length: pushed }, (_, value) => value).slice(-capacity);
        const expected = most === 0 ? [] : kept.slice(-most);
        expect([...recent.newest(most)]).toEqual(expected.flatMap((value) => [value, -value]));
      }),
    );
  });

  it('are a copy: rows that come later change nothing', () => {
    const recent = new RecentRows(2, 1);
    recent.push(rowOf(1), 1);
    const copy = recent.newest(1);
    recent.push(rowOf(2), 1);
    expect([...copy]).toEqual([1, -1]);
  });

  it('of a model of very many features are fewer: four megabytes at the most', () => {
    const width = 2 ** 18;
    const recent = new RecentRows(width);
    for (let row = 0; row < 6; row++) recent.push(new Float32Array(width), 0);
    expect(recent.newest(10).length / width).toBe(4);
  });
});

describe('a queue of rows', () => {
  it('gives back what it took, in order, and takes no more than it has room for', () => {
    const steps = fc.array(fc.constantFrom('push', 'shift'), { maxLength: 60 });
    fc.assert(
      fc.property(steps, (all) => {
        const queue = new RowQueue(2, 4);
        const model: number[] = [];
        for (const [value, step] of all.entries()) {
          if (step === 'push') {
            expect(queue.push(rowOf(value), 1, value)).toBe(model.length < 4);
            if (model.length < 4) model.push(value);
          } else {
            const [expected] = model.splice(0, 1);
            const found = queue.shift();
            expect(found?.note).toBe(expected);
            if (expected !== undefined) expect([...(found?.row ?? [])]).toEqual([expected, -expected]);
          }
          expect(queue.length).toBe(model.length);
        }
      }),
    );
  });
});
