import { describe, expect, test, vi } from 'vitest';
import { patienceOf, persist } from './patience.ts';
import { type FailureKind, ServiceError } from './service-error.ts';

const patience = { total: 60_000, request: 10_000, firstDelay: 1, longestDelay: 2 };

function failing(times: number, kind: FailureKind, details = {}) {
  let sent = 0;
  return vi.fn(async () => {
    if (++sent <= times) throw new ServiceError(kind, 'said', details);
    return sent;
  });
}

/** A server that takes the connection and never answers. */
function silence({ signal }: { signal: AbortSignal }): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
}

describe('a request', () => {
  test.each<FailureKind>(['Throttled', 'ServerFault', 'Cut', 'NoAnswer', 'Unreachable', 'ClockSkew'])(
    'that failed by %s is sent again',
    async (kind) => {
      expect(await persist({ patience, send: failing(3, kind) })).toBe(4);
    },
  );

  test.each<FailureKind>([
    'Absent',
    'Taken',
    'Forbidden',
    'BadCredentials',
    'NoContainer',
    'NotTheStore',
    'Refused',
  ])('that failed by %s is not', async (kind) => {
    const send = failing(1, kind);
    await expect(persist({ patience, send })).rejects.toMatchObject({ kind, tries: 1 });
    expect(send).toHaveBeenCalledOnce();
  });

  test('that a gateway answered with a page is sent again while the gateway is to blame', async () => {
    expect(await persist({ patience, send: failing(1, 'NotTheStore', { status: 502 }) })).toBe(2);
  });

  test('is not sent again when the server asks for more time than there is', async () => {
    const send = failing(1, 'Throttled', { retryAfter: 120_000 });
    await expect(persist({ patience, send })).rejects.toMatchObject({
      kind: 'Throttled',
      retryAfter: 120_000,
    });
  });

  test('whose answer does not come in time ends by itself', async () => {
    const short = { ...patience, total: 20, request: 15 };
    await expect(persist({ patience: short, send: silence })).rejects.toMatchObject({
      kind: 'NoAnswer',
      message: 'no answer within 0.0 s',
    });
  });

  test('ends with the signal, also while it waits', async () => {
    const abort = new AbortController();
    const send = failing(1, 'Throttled', { retryAfter: 30_000 });
    const ended = persist({ patience, signal: abort.signal, send });
    await vi.waitFor(() => expect(send).toHaveBeenCalled());
    abort.abort(new Error('stopped by SIGINT'));
    await expect(ended).rejects.toThrow();
  });

  test('whose error is none of the store is told as it is', async () => {
    const ours = new TypeError('a mistake of ours');
    await expect(persist({ patience, send: () => Promise.reject(ours) })).rejects.toThrow(TypeError);
  });
});

test('the patience is a minute, or as the environment says', () => {
  expect(patienceOf(undefined)).toMatchObject({ total: 60_000, request: 20_000 });
  expect(patienceOf('6')).toMatchObject({ total: 6_000, request: 2_000 });
  for (const text of ['0', '-1', 'soon', 'Infinity'])
    expect(() => patienceOf(text)).toThrow('STOCKOUT_STORAGE_TIMEOUT_SECONDS is');
});
