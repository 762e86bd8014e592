import { isFalse, REASON } from '../../conditions.ts';
import type { RunState } from '../../jobs/run-state.ts';
import { storageRetry } from '../../jobs/storage-retry.ts';
import type { StepPlan } from '../step-plan.ts';

/** Nothing is wrong with the spec: the same run is run again, until its storage does its part. */
export function awaitStorage(state: RunState, message: string, now: Date): StepPlan {
  const { again, ms } = storageRetry(state, now);
  const verdict = isFalse(REASON.storageUnavailable, `${message} (${again})`);
  const actions =
    ms > 0
      ? []
      : [{ verb: 'delete' as const, object: state.job, why: 'its storage may be back, it is run again' }];
  return { verdict, busy: true, failed: undefined, actions, requeueAfterMs: Math.max(ms, 0) || undefined };
}
