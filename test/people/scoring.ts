import type { RunStatus, ScoringJob } from '@stockout/crds';
import type { ObservedScoringJob } from '../../operator/src/scoringjob/observed.ts';
import { aScoringJob } from '../../operator/src/testing/builders.ts';
import { job, judge, running, withRuns } from '../../operator/src/scoringjob/plan.test-support.ts';

const SCORED: RunStatus = {
  ...running,
  state: 'Succeeded',
  finishedAt: '2026-11-23T12:00:00Z',
  rows: 1000,
  message: '1000 rows scored with v2',
};
const FAILED: RunStatus = {
  ...running,
  state: 'RunFailed',
  finishedAt: '2026-11-23T12:00:00Z',
  message: 'spec.input: the table has no column store_id',
};

/** A job that scores once, at the moments of its life, and one with a schedule. */
export const SCORING: readonly [moment: string, object: ScoringJob][] = [
  ['a scoring job whose model is not there', told(job, { model: undefined })],
  ['its run goes on', told(withRuns(job, { ...running, message: 'the run starts with v2' }))],
  ['its rows are scored', told(withRuns(job, SCORED))],
  ['its run fails', told(withRuns(job, FAILED))],
  ['a run of a job with a schedule fails', told(withRuns(aScoringJob({ schedule: '0 4 * * *' }), FAILED))],
  ['it is suspended before it has run', told({ ...job, spec: { ...job.spec, suspend: true } })],
];

/** With the status that the operator gives it. */
function told(before: ScoringJob, observed: Partial<ObservedScoringJob> = {}): ScoringJob {
  return { ...before, status: judge({ ...observed, job: before }).status };
}
