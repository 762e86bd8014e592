import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeRoaring64 } from './deletion-vector.test-support.ts';
import { readRoaring64 } from './roaring.ts';

/** Runs of positions in two buckets, so that all kinds of containers come up. */
const positions = fc
  .array(
    fc.record({
      bucket: fc.constantFrom(0, 0, 1, 3),
      container: fc.constantFrom(0, 0, 1, 2, 7, 65_535),
      first: fc.nat(65_535),
      length: fc.oneof(fc.nat(3), fc.nat(6000)),
    }),
    { maxLength: 8 },
  )
  .map((runs) =>
    runs.flatMap(({ bucket, container, first, length }) =>
      Array.from(
        { length: Math.min(length + 1, 65_536 - first) },
        (_, i) => bucket * 2 ** 32 + container * 65_536 + first + i,
      ),
    ),
  );

test('a set of positions is read as the fewest runs that have them', () => {
  fc.assert(
    fc.property(positions, (given) => {
      const expected = [...new Set(given)].toSorted((a, b) => a - b);
      const runs = [...readRoaring64(encodeRoaring64(given))];
      const read = runs.flatMap(({ first, past }) =>
        Array.from({ length: past - first }, (_, i) => first + i),
      );
      expect(read).toEqual(expected);
      for (const [i, { first }] of runs.entries()) expect(first).toBeGreaterThan(runs[i - 1]?.past ?? -1);
    }),
    { numRuns: 60 },
  );
});

test.each([
  [
    'with runs',
    'AwAAAAAAAAAAAAAAOzABAAIAAAUAAQDPAQMABAAHAAsAEgAdAAEAAADPAQEAAAA6MAAAAQAAAAAAAAAQAAAAAAACAAAAOjAAAAEAAAAAAAAAEAAAAAUA',
    66_000,
  ],
  [
    'without',
    'AwAAAAAAAAAAAAAAOjAAAAIAAAAAAAUAAQAAABgAAAAkAAAAAwAEAAcACwASAB0AAAABAAAAOjAAAAEAAAAAAAAAEAAAAAAAAgAAADowAAABAAAAAAAAABAAAAAFAA==',
    65_537,
  ],
])('what CRoaring has serialized is read (pyroaring 1.2.0, %s)', (_, text, past) => {
  const single = [7, 11, 18, 29].map((first) => ({ first, past: first + 1 }));
  expect([...readRoaring64(Buffer.from(text, 'base64'))]).toEqual([
    { first: 3, past: 5 },
    ...single,
    { first: 65_536, past },
    { first: 2 ** 32, past: 2 ** 32 + 1 },
    { first: 2 ** 33 + 5, past: 2 ** 33 + 6 },
  ]);
});

test.each([3, 4, 9])('%i containers of runs are read, with a list of offsets or without', (containers) => {
  const given = Array.from({ length: containers }, (_, i) => i * 65_536 * 2).flatMap((base) =>
    [0, 1, 2, 100, 65_535].map((value) => base + value),
  );
  const runs = [...readRoaring64(encodeRoaring64(given, 'runs'))];
  expect(runs).toHaveLength(3 * containers);
  expect(runs.at(-1)).toEqual({ first: given.at(-1), past: (given.at(-1) ?? 0) + 1 });
});

test('what is cut short or changed is never more than a RangeError', () => {
  const whole = encodeRoaring64([1, 2, 3, 70_000, 2 ** 32 + 5]);
  expect(() => [...readRoaring64(whole.subarray(0, -1))]).toThrow(RangeError);
  expect(() => [...readRoaring64(Buffer.concat([whole, Buffer.from([0])]))]).toThrow(
    '1 bytes follow its end',
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), fc.boolean(), (bytes, asTail) => {
      const input = asTail ? Buffer.concat([whole.subarray(0, 12), bytes]) : bytes;
      try {
        let last = -1;
        for (const { first, past } of readRoaring64(input)) {
          expect(first).toBeGreaterThan(last);
          expect(past).toBeGreaterThan(first);
          last = past;
        }
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
      }
    }),
    { numRuns: 300 },
  );
});
