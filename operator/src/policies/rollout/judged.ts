import type { Finding } from '../../conditions.ts';
import type { PredictorState } from '../../stockoutmodel/observed.ts';
import type { ProofQuestions } from './proof-questions.ts';
import type { RolloutContext } from './rollout-steps.ts';

/** How long a pod may be silent, once its answer is due, before that counts as an answer. */
const SILENCE_MS = 30_000;

/** What is known of a candidate: it may serve, it must not, or it is too early to tell. */
export type Proof =
  | { is: 'passed' }
  | { is: 'refused'; finding: Finding }
  /** `ms` from now it has to be looked at again, though nothing may have changed. */
  | { is: 'open'; what: string; ms: number };

export interface Judged extends RolloutContext {
  candidate: PredictorState;
  questions: ProofQuestions;
  /** Milliseconds since the proof began. */
  elapsed: number;
}

/**
 * Milliseconds for which silence is no answer yet; none or fewer once it is one.
 * @param since milliseconds since 1970; undefined before anybody asked
 */
export function patience({ now }: Judged, since: number = now.getTime()): number {
  return SILENCE_MS - (now.getTime() - since);
}

export function refused(reason: string, message: string): Proof {
  return { is: 'refused', finding: { reason, message } };
}

export function because({ trouble }: PredictorState): string {
  return trouble === undefined ? '' : `: ${trouble}`;
}
