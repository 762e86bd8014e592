import { setTimeout as delay } from 'node:timers/promises';

/** Looks again and again until it holds. @throws the last error after ten seconds */
export async function eventually<T>(look: () => T | Promise<T>): Promise<T> {
  const deadline = performance.now() + 10_000;
  for (;;) {
    try {
      return await look();
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await delay(10);
    }
  }
}
