import type { ScoringJob, StockoutModel } from '@stockout/crds';
import { planScoringJob } from '../../operator/src/scoringjob/plan.ts';
import { scoringStatusOf } from '../../operator/src/scoringjob/status.ts';
import { aScoringJob, NOW, SETTINGS } from '../../operator/src/testing/builders.ts';

/** A job that scores each night, with the status that the operator gives it. */
export function nightly(model: StockoutModel, now: Date): ScoringJob {
  const creationTimestamp = NOW.toISOString().replace('.000', '');
  const job = aScoringJob({ schedule: '0 4 * * *' }, { creationTimestamp });
  const observed = { job, model, runs: [], atWork: new Set<string>() };
  const plan = planScoringJob(observed, SETTINGS, now);
  return { ...job, status: scoringStatusOf(observed, plan, undefined, now) };
}
