import type { PromotionPlan } from '../promotion.ts';
import type { ComparisonPlan } from './comparison-plan.ts';

/**
 * What is told of a version that is being compared: that, and not that a gate could not be judged.
 * @param latest the newest version, which the condition GatesPassed is about
 */
export function withComparison(
  promotion: PromotionPlan,
  { pair, verdict, busy }: ComparisonPlan,
  latest: string | undefined,
): PromotionPlan {
  if (pair === undefined || verdict === undefined) return promotion;
  const { pinRefused, verdict: ofLatest } = promotion;
  const beside = { ...ofLatest, message: `${ofLatest.message}; ${verdict.message}` };
  return {
    ...promotion,
    verdict: pair.version === latest ? verdict : beside,
    pinRefused: pinRefused && {
      reason: busy ? verdict.reason : pinRefused.reason,
      message: `spec.promotion.version: ${verdict.message}`,
    },
  };
}
