import type { RunStatus, ScoringJob, StockoutModel } from '@stockout/crds';
import { describeAction } from '../actions.ts';
import { buildScoringRun } from '../resources/scoring-job.ts';
import { scoringRunName } from '../resources/run-names.ts';
import { aModel, aScoringJob, NOW, SETTINGS } from '../testing/builders.ts';
import type { ObservedScoringJob } from './observed.ts';
import { planScoringJob } from './plan.ts';
import { scoringStatusOf } from './status.ts';

export const model: StockoutModel = {
  ...aModel(),
  status: {
    servingVersion: 'v2',
    versions: [
      { name: 'v3', state: 'GatesFailed' },
      { name: 'v2', state: 'GatesPassed' },
      { name: 'v1', state: 'GatesPassed' },
    ],
  },
};
export const withRuns = (job: ScoringJob, ...runs: RunStatus[]): ScoringJob => ({ ...job, status: { runs } });
export const job = aScoringJob();
export const run = scoringRunName(job);
export const running: RunStatus = {
  name: run,
  version: 'v2',
  startedAt: '2026-11-23T11:59:00Z',
  state: 'Running',
};
export const kubeJob = buildScoringRun({ job, model, run, version: 'v2', image: 'pipeline:test' });
/** The plan and the status that it leads to. */
export function judge(observed: Partial<ObservedScoringJob>, now = NOW) {
  const all = { job, model, runs: [], atWork: new Set<string>(), ...observed };
  const plan = planScoringJob(all, SETTINGS, now);
  const status = scoringStatusOf(all, plan, undefined, now);
  const conditions = Object.fromEntries(
    (status.conditions ?? []).map((each) => [each.type, `${each.status} ${each.reason}: ${each.message}`]),
  );
  return { does: plan.actions.map(describeAction), runs: status.runs ?? [], conditions, status, plan };
}
