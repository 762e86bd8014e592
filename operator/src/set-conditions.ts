import type { Condition } from '@stockout/crds';
import type { Verdict } from './conditions.ts';

/** metav1.Time has no fractions. */
export function timestamp(now: Date): string {
  return now.toISOString().replace(/\.\d+Z$/, 'Z');
}

/**
 * Today's conditions. One whose verdict is undefined is dropped (kstatus); lastTransitionTime is when the status last
 * changed, not when it was last looked at.
 */
export function setConditions(
  before: readonly Condition[],
  verdicts: readonly (readonly [type: string, verdict: Verdict | undefined])[],
  generation: number,
  now: Date,
): Condition[] {
  const conditions: Condition[] = [];
  for (const [type, verdict] of verdicts) {
    if (verdict === undefined) continue;
    const old = before.find((condition) => condition.type === type);
    const since = old?.status === verdict.status ? old.lastTransitionTime : timestamp(now);
    conditions.push({
      type,
      status: verdict.status,
      observedGeneration: generation,
      lastTransitionTime: since,
      reason: verdict.reason,
      message: verdict.message,
    });
  }
  return conditions;
}

/** What a condition said before, for those that cannot be judged now. */
export function verdictOf(before: readonly Condition[], type: string): Verdict | undefined {
  const found = before.find((condition) => condition.type === type);
  return found && { status: found.status, reason: found.reason, message: found.message };
}
