import { expect, test } from 'vitest';
import { eventually } from '../testing/eventually.ts';
import { backoffMs } from './backoff.ts';
import { KeyedQueue } from './queue.ts';

function gate(): { opened: Promise<void>; open: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: resolve };
}

test('a key that was added several times is worked on once', async () => {
  const queue = new KeyedQueue();
  const worked: string[] = [];
  for (const key of ['a', 'b', 'a', 'a']) queue.add(key);
  const abort = new AbortController();
  const running = queue.run(async (key) => void worked.push(key), 2, abort.signal);
  await eventually(() => expect(worked.sort()).toEqual(['a', 'b']));
  abort.abort();
  await running;
  expect(worked).toHaveLength(2);
});

test('a key is never worked on twice at a time; added meanwhile, it is worked on again after', async () => {
  const queue = new KeyedQueue();
  const [first, abort] = [gate(), new AbortController()];
  const worked: string[] = [];
  let active = 0;
  const work = async (key: string): Promise<void> => {
    expect(++active).toBe(key === 'a' ? 1 : 2);
    worked.push(key);
    if (worked.length === 1) await first.opened;
    active--;
  };
  const running = queue.run(work, 4, abort.signal);
  queue.add('a');
  queue.add('a');
  queue.add('a');
  queue.add('b');
  await eventually(() => expect(worked).toEqual(['a', 'b']));
  first.open();
  await eventually(() => expect(worked).toEqual(['a', 'b', 'a']));
  abort.abort();
  await running;
});

test('of several later times the earliest counts, and a key comes back once', async () => {
  const queue = new KeyedQueue();
  const abort = new AbortController();
  const worked: string[] = [];
  const running = queue.run(async (key) => void worked.push(key), 1, abort.signal);
  queue.addAfter('a', 3_600_000);
  queue.addAfter('a', 1);
  queue.addAfter('a', 7_200_000);
  await eventually(() => expect(worked).toEqual(['a']));
  abort.abort();
  await running;
});

test('waits grow with each failure in a row, up to a bound, with jitter, and begin anew after a success', () => {
  const options = { firstMs: 100, maxMs: 60_000 };
  const waits = [0, 1, 2, 3, 20, 2000].map((attempt) => backoffMs(attempt, options, () => 1));
  expect(waits).toEqual([100, 200, 400, 800, 60_000, 60_000]);
  expect(backoffMs(3, options, () => 0)).toBe(400);
});

test('what fails again and again within a wait is tried at its end, not minutes later', async () => {
  const queue = new KeyedQueue(undefined, { firstMs: 20, maxMs: 3_600_000 });
  const abort = new AbortController();
  let attempts = 0;
  const running = queue.run(
    async (key) => {
      attempts++;
      queue.retry(key);
      // As many events come as would make a wait of hours out of it.
      if (attempts < 30) queue.add(key);
    },
    1,
    abort.signal,
  );
  queue.add('a');
  await eventually(() => expect(attempts).toBeGreaterThan(32));
  abort.abort();
  await running;
});

test('when it stops, the key under way is finished and no other begun', async () => {
  const queue = new KeyedQueue();
  const [hold, abort] = [gate(), new AbortController()];
  const [begun, done]: [string[], string[]] = [[], []];
  const work = async (key: string): Promise<void> => {
    begun.push(key);
    await hold.opened;
    done.push(key);
  };
  const running = queue.run(work, 1, abort.signal);
  queue.add('a');
  queue.add('b');
  await eventually(() => expect(begun).toEqual(['a']));
  abort.abort();
  hold.open();
  await running;
  expect(done).toEqual(['a']);
  queue.add('c');
  expect(begun).toEqual(['a']);
});

test('of many keys for which there is nothing to wait for, others have their turn in between', async () => {
  const queue = new KeyedQueue();
  const keys = Array.from({ length: 100 }, (_, index) => `key-${index}`);
  for (const key of keys) queue.add(key);
  const abort = new AbortController();
  let worked = 0;
  const running = queue.run(async () => void worked++, 4, abort.signal);
  const before = await new Promise<number>((resolve) => setImmediate(() => resolve(worked)));
  expect(before).toBeLessThan(keys.length);
  await eventually(() => expect(worked).toBe(keys.length));
  abort.abort();
  await running;
});
