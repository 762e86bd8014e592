import type { Action } from '../../actions.ts';
import type { Verdict } from '../../conditions.ts';
import type { Pair } from '../../resources/run-names.ts';

export interface ComparisonPlan {
  /** What is to be compared; undefined where nothing depends on it. */
  pair: Pair | undefined;
  /** Of the condition GatesPassed, in the place of the gates'. */
  verdict: Verdict | undefined;
  /** It is under way or about to be. */
  busy: boolean;
  /** So it is, but a pod of it does not get going, or failed: the verdict says why. */
  isHeldUp?: boolean;
  /** It failed, and is not tried again unasked. */
  isFinal?: true;
  actions: Action[];
  requeueAfterMs?: number;
}

/** What to do for a pair. */
export type Step = Omit<ComparisonPlan, 'pair'>;
