import type { CONDITION, REASON } from '../conditions.ts';

export type Reason = (typeof REASON)[keyof typeof REASON];
export type ConditionType = (typeof CONDITION)[keyof typeof CONDITION];

/** Where a reason stands: a condition's type and status. */
export type Standing = `${ConditionType}=${'True' | 'False' | 'Unknown'}`;

/** What people are told of a reason. Markdown: names of fields and commands stand in backticks. */
export interface ReasonWords {
  /** But Reconciling and Stalled, where they repeat what another condition says. Empty: of a run alone, in `status.runs`. */
  on: readonly Standing[];
  /** When it is set. */
  when: string;
  /** What to do about it. */
  todo: string;
  /** Where there is more to read, from docs/ on. */
  see?: string;
}

/** Of some of the reasons. */
export type WordsOfSome = Partial<Record<Reason, ReasonWords>>;

export const NOTHING_TO_DO = 'Nothing.';
