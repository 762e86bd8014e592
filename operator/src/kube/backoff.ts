import { setTimeout as delay } from 'node:timers/promises';

export interface BackoffOptions {
  firstMs: number;
  maxMs: number;
}

/** Doubling waits with jitter, so that many who failed together do not come back together. */
export function backoffMs(attempt: number, { firstMs, maxMs }: BackoffOptions, random = Math.random): number {
  const full = Math.min(maxMs, firstMs * 2 ** Math.min(attempt, 30));
  return Math.round(full * (0.5 + random() / 2));
}

/** Waits, or until the signal: never throws. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => undefined);
}
