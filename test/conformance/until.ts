import { setTimeout as delay } from 'node:timers/promises';

const POLL = 25;

/**
 * Asks again until the answer is there. A machine whose clock is set meanwhile, as one that was put to sleep, has not waited
 * for longer.
 * @param tell what there is to say of it when it did not come
 * @throws Error that says what was waited for
 */
export async function until<T>(
  what: string,
  ask: () => Promise<T> | T,
  seconds = 20,
  tell?: () => Promise<string>,
): Promise<NonNullable<T>> {
  for (const deadline = performance.now() + seconds * 1000; ;) {
    const answer = await ask();
    if (answer !== undefined && answer !== null && answer !== false) return answer;
    if (performance.now() > deadline) {
      const more = tell === undefined ? '' : `: ${await tell()}`;
      throw new Error(`not within ${seconds} s: ${what}${more}`);
    }
    await delay(POLL);
  }
}
