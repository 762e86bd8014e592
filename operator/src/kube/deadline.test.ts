import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { orAborted, within } from './deadline.ts';

const never = new Promise<never>(() => {});
/** As work that heeds its signal ends. */
const untilAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));

test('work that is done in time is done, and nothing of it stays with the signals', async () => {
  const { signal } = new AbortController();
  const wanted = await within(60_000, [signal, undefined], (given) => Promise.resolve(given));
  expect(getEventListeners(signal, 'abort')).toEqual([]);
  expect(wanted.aborted).toBe(false);
});

test('work that takes too long is told how long that is', async () => {
  await expect(within(1, [], untilAborted)).rejects.toThrow('no answer within 0.001 s');
});

test.each(['before', 'while'])('a signal that aborts %s it runs ends it with its reason', async (when) => {
  const abort = new AbortController();
  if (when === 'before') abort.abort(new Error('we stop'));
  const work = within(60_000, [undefined, abort.signal], async (signal) => {
    signal.throwIfAborted();
    return untilAborted(signal);
  });
  abort.abort(new Error('we stop'));
  await expect(work).rejects.toThrow('we stop');
  expect(getEventListeners(abort.signal, 'abort')).toEqual([]);
});

test('work that heeds no signal is waited for no longer than the signal wants', async () => {
  const abort = new AbortController();
  const work = orAborted(abort.signal, never);
  abort.abort(new Error('we stop'));
  await expect(work).rejects.toThrow('we stop');
  await expect(orAborted(abort.signal, never)).rejects.toThrow('we stop');
  expect(getEventListeners(abort.signal, 'abort')).toEqual([]);
});

test('without a signal its outcome is what the work comes to', async () => {
  const { signal } = new AbortController();
  expect(await orAborted(signal, Promise.resolve(7))).toBe(7);
  await expect(orAborted(signal, Promise.reject(new Error('no')))).rejects.toThrow('no');
});
