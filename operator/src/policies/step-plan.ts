import type { Action } from '../actions.ts';
import type { Finding, Verdict } from '../conditions.ts';

/** What to do on one of the ways that a model goes at a time: a training, a rollout. */
export interface StepPlan {
  /** Of the condition that tells of it. */
  verdict: Verdict;
  /** It is under way or about to be. */
  busy: boolean;
  /** So it is, but a pod of it does not get going, or failed: the verdict says why. */
  isHeldUp?: boolean;
  /** It failed for good. */
  failed: Finding | undefined;
  actions: Action[];
  requeueAfterMs?: number;
}
