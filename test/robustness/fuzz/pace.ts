import type { ServedPredictor } from '../served-predictor.ts';
import { type Call, SCORING } from './calls.ts';
import { quantile, type Report } from './campaign.ts';
import { Sender } from './send.ts';

/** Until then the predictor's code is compiled, and what starts on first use has started. */
const BEFORE = 3_000;
const TIMED = 3_000;
/** What is odd may take longer, as bodies of 70 KB and histories do, but not so much longer than what is not. */
const MOST_TIMES = 10;

/**
 * How long the predictor takes for requests that are as they should be, of each kind in turns.
 * @param callers that send at the same time
 * @returns p99, in milliseconds
 */
export async function pace(served: ServedPredictor, callers: number): Promise<number> {
  using sender = new Sender(served);
  const taken = new Float64Array(TIMED);
  let next = 0;
  const caller = async (): Promise<void> => {
    while (next < BEFORE + TIMED) {
      const number = next++;
      const call = SCORING[number % SCORING.length] as Call;
      const started = performance.now();
      await sender.send({ ...call, kind: 'http', how: 'length' });
      if (number >= BEFORE) taken[number - BEFORE] = performance.now() - started;
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  return quantile(taken.sort(), 0.99);
}

/**
 * Holds the p99 of a campaign against the pace before and after it: of the same callers, the same process and machine.
 * @param paces in milliseconds, of which the slower one counts, since a machine has other work at times; none: nothing to hold
 */
export function judgePace(
  { milliseconds }: Pick<Report, 'milliseconds'>,
  paces: readonly number[],
): { holds: boolean; words: string } {
  if (paces.length === 0) return { holds: true, words: 'its p99 is held against nothing' };
  const p99 = quantile(milliseconds, 0.99);
  const bound = MOST_TIMES * Math.max(...paces);
  // Written so that NaN fails.
  const holds = p99 <= bound;
  const told = paces.map((each) => each.toFixed(1)).join(' and ');
  const words =
    `p99 is ${p99.toFixed(1)} ms, ${holds ? 'within' : 'NOT WITHIN'} ${MOST_TIMES} times that of requests as they should be, ` +
    `${told} ms before and after`;
  return { holds, words };
}
