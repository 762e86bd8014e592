import { setTimeout as delay } from 'node:timers/promises';
import { InputError } from '@stockout/contracts';
import type { Ask } from './object-service.ts';
import { ServiceError } from './service-error.ts';

/** How long a store is waited for, in milliseconds. */
export interface Patience {
  /** For an operation in all: a try that fails after it is the last. */
  total: number;
  /** For the answer to one request, besides the time that its bytes take. */
  request: number;
  /** Before the second try; doubled up to `longestDelay`. */
  firstDelay: number;
  longestDelay: number;
}

/** The slowest that a store may be and is still waited for: 128 KiB a second. */
const SLOWEST_BYTES_PER_MS = 128;
/** A name that is mistyped stays unknown: what does not even listen gets a part of the time only. */
const UNREACHABLE_SHARE = 4;

/**
 * @param seconds as in STOCKOUT_STORAGE_TIMEOUT_SECONDS; default 60
 * @throws InputError when that is no positive number
 */
export function patienceOf(seconds: string | undefined): Patience {
  const total = Number(seconds?.trim() || 60) * 1000;
  if (!(total > 0) || total > 86_400_000) {
    throw new InputError(
      `STOCKOUT_STORAGE_TIMEOUT_SECONDS is "${seconds}": give the seconds that a store is waited for, such as 60`,
    );
  }
  return { total, request: total / 3, firstDelay: Math.min(200, total / 20), longestDelay: 5_000 };
}

export interface Request<T> {
  patience: Patience;
  /** Ends it all. */
  signal?: AbortSignal | undefined;
  /** That are sent with it. */
  bytes?: number;
  send: (ask: Ask) => Promise<T>;
}

/**
 * Sends a request until it is answered, as long as trying again can help.
 * @throws ServiceError of the last try, which says how many there were
 */
export async function persist<T>({ patience, signal, bytes = 0, send }: Request<T>): Promise<T> {
  const begun = performance.now();
  for (let tries = 1; ; tries++) {
    signal?.throwIfAborted();
    try {
      return await sendOnce(send, patience.request + bytes / SLOWEST_BYTES_PER_MS, signal);
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof ServiceError)) throw error;
      error.tries = tries;
      const elapsed = performance.now() - begun;
      error.seconds = elapsed / 1000;
      const wait = waitBefore(tries, error, patience);
      if (!isPassing(error) || elapsed + wait > share(error, patience)) throw error;
      await delay(wait, undefined, { signal });
    }
  }
}

/** One try, which ends in time: servers that take a connection and say nothing are waited for by most clients for ever. */
async function sendOnce<T>(
  send: (ask: Ask) => Promise<T>,
  milliseconds: number,
  signal: AbortSignal | undefined,
): Promise<T> {
  const deadline = new AbortController();
  let allowed = milliseconds;
  let timer = setTimeout(() => deadline.abort(), allowed);
  const expect = (bytes: number) => {
    clearTimeout(timer);
    allowed = milliseconds + bytes / SLOWEST_BYTES_PER_MS;
    timer = setTimeout(() => deadline.abort(), allowed);
  };
  const given = signal === undefined ? deadline.signal : AbortSignal.any([signal, deadline.signal]);
  try {
    return await send({ signal: given, expect });
  } catch (error) {
    if (!deadline.signal.aborted) throw error;
    const seconds = (allowed / 1000).toFixed(1);
    throw new ServiceError('NoAnswer', `no answer within ${seconds} s`, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

function isPassing({ kind, status = 0 }: ServiceError): boolean {
  if (kind === 'NotTheStore') return status === 429 || status >= 500;
  return ['Throttled', 'ServerFault', 'Unreachable', 'Cut', 'NoAnswer', 'ClockSkew'].includes(kind);
}

function share({ kind }: ServiceError, { total }: Patience): number {
  return kind === 'Unreachable' ? total / UNREACHABLE_SHARE : total;
}

/** At least what the server asks for; the rest at random, so that writers that were throttled together come back apart. */
function waitBefore(
  tries: number,
  { retryAfter = 0 }: ServiceError,
  { firstDelay, longestDelay }: Patience,
): number {
  const longest = Math.min(longestDelay, firstDelay * 2 ** (tries - 1));
  return Math.max(retryAfter, longest * (0.5 + Math.random() / 2));
}
