import type { Condition } from '@stockout/crds';
import type { Verdict } from './conditions.ts';

/** metav1.Time has no fractions. */
export function timestamp(now: Date): string {
  return now.toISOString().replace(/\.\d+Z$/, 'Z');
}

/**
 * Today's conditions. One whose verdict is undefined is dropped (kstatus), one that cannot be judged now is given as it
 * was; lastTransitionTime is when the status last changed, not when it was last looked at.
 */
export function setConditions(
  before: readonly Condition[],
  verdicts: readonly (readonly [type: string, verdict: Verdict | Condition | undefined])[],
  generation: number,
  now: Date,
): Condition[] {
  const conditions: Condition[] = [];
  for (const [type, verdict] of verdicts) {
    if (verdict === undefined) continue;
    const old = before.find((condition) => condition.type === type);
    const since = old?.status === verdict.status ? old.lastTransitionTime : timestamp(now);
    const { status, reason, message } = verdict;
    const observed = { observedGeneration: generation, lastTransitionTime: since };
    // One that is kept was judged then, by the spec of then.
    conditions.push('type' in verdict ? verdict : { type, status, ...observed, reason, message });
  }
  return conditions;
}
