import { setTimeout } from 'node:timers/promises';
import type { ScoringJob } from '@stockout/crds';
import type { Storage } from '@stockout/storage';
import { findPlan } from './plan.ts';

const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 5000;

export interface Patience {
  /** Milliseconds until the pod makes the plan itself. */
  patienceMs: number;
  signal: AbortSignal | undefined;
}

/**
 * Returns when the run has a plan, or when the patience is at its end. The pods of a run begin together, and each would
 * make the features that the plan speaks of: all but the first give it time. A first pod that does not come up holds
 * up nobody for ever; features that two make at once are made twice and kept once.
 */
export async function awaitPlan(
  storage: Storage,
  job: ScoringJob,
  run: string,
  { patienceMs, signal }: Patience,
): Promise<void> {
  const deadline = performance.now() + patienceMs;
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(2 * wait, LONGEST_WAIT_MS)) {
    const left = deadline - performance.now();
    if (left <= 0 || (await findPlan(storage, job, run)) !== undefined) return;
    await setTimeout(Math.min(wait, left), undefined, signal === undefined ? {} : { signal });
  }
}
