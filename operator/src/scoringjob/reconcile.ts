import type { ScoringJobStatus } from '@stockout/crds';
import { announcementsOf } from '../announce.ts';
import { announce } from '../apply-actions.ts';
import { CONDITION } from '../conditions.ts';
import type { OperatorContext } from '../context.ts';
import type { Reconciled } from '../controller.ts';
import { SCORING_JOB } from '../kube/kinds.ts';
import { writeStatus } from '../kube/write-status.ts';
import { countScoredRows, measureScoringJob } from '../metrics.ts';
import { applyScoringPlan } from './apply.ts';
import { observeScoringJob } from './observe.ts';
import type { ObservedScoringJob } from './observed.ts';
import { planScoringJob } from './plan.ts';
import { scoringStatusOf } from './status.ts';

/** @param key namespace/name */
export async function reconcileScoringJob(context: OperatorContext, key: string): Promise<Reconciled> {
  const observed = observeScoringJob(context.stores, key);
  if (observed === undefined) return {};
  const now = context.now();
  const plan = planScoringJob(observed, context.settings, now);
  const error = await applyScoringPlan(context, observed, plan);
  await tell(context, observed, scoringStatusOf(observed, plan, error, now));
  return { error, requeueAfterMs: plan.requeueAfterMs };
}

async function tell(
  context: OperatorContext,
  { job }: ObservedScoringJob,
  status: ScoringJobStatus,
): Promise<void> {
  const outcome = await writeStatus(context.client, SCORING_JOB, job, status);
  if (outcome === 'gone') return;
  measureScoringJob(context.metrics, job, status);
  if (outcome === 'same') return;
  countScoredRows(context.metrics, job, status);
  const before = job.status?.conditions ?? [];
  await announce(context, job, announcementsOf(before, status.conditions ?? [], [CONDITION.ready]));
}
