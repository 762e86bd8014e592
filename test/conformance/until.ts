import { setTimeout as delay } from 'node:timers/promises';

const POLL = 25;

/** Asks again until the answer is there. @throws Error that says what was waited for */
export async function until<T>(
  what: string,
  ask: () => Promise<T> | T,
  seconds = 20,
): Promise<NonNullable<T>> {
  for (const deadline = Date.now() + seconds * 1000; ;) {
    const answer = await ask();
    if (answer !== undefined && answer !== null && answer !== false) return answer;
    if (Date.now() > deadline) throw new Error(`not within ${seconds} s: ${what}`);
    await delay(POLL);
  }
}
