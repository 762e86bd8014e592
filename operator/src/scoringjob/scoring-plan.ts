import type { RunStatus } from '@stockout/crds';
import type { Action } from '../actions.ts';
import type { Finding } from '../conditions.ts';

/** What to do for a scoring job, and what its status is to say. */
export interface ScoringPlan {
  /** Nothing is done. */
  refused: Finding | undefined;
  /** Why no run begins though one is due; `final`: until the spec changes. */
  waiting: { finding: Finding; final: boolean } | undefined;
  /** What status.runs is to say, newest first. A run stands there before its Job is made: that claims it. */
  runs: RunStatus[];
  actions: Action[];
  /** Of a job with a schedule. */
  schedule: ScheduleTimes | undefined;
  requeueAfterMs: number | undefined;
}

export interface ScheduleTimes {
  /** The last time of the schedule for which a run was claimed. */
  last: Date | undefined;
  /** None while the job is suspended. */
  next: Date | undefined;
}

export function idle(runs: RunStatus[]): ScoringPlan {
  return {
    refused: undefined,
    waiting: undefined,
    runs,
    actions: [],
    schedule: undefined,
    requeueAfterMs: undefined,
  };
}
