import { expect, test } from 'vitest';
import { runStateOf } from '../jobs/run-state.ts';
import { aScoringJob, NOW } from '../testing/builders.ts';
import { podOf } from '../testing/fake-cluster.ts';
import { job, judge, kubeJob, run, running, withRuns } from './plan.test-support.ts';

const WHY = 'file:///var/lib/stockout is read-only: mount it for writing (EROFS)';
const FAILURE = JSON.stringify({ kind: 'failure', exitCode: 1, message: WHY, cause: 'storage' });
const condition = { type: 'Failed', status: 'True', lastTransitionTime: NOW.toISOString() };
const failed = runStateOf({ ...kubeJob, status: { conditions: [condition] } }, [podOf(kubeJob, 1, FAILURE)]);
const later = (seconds: number) => new Date(NOW.getTime() + seconds * 1000);

test('a run whose storage does not do its part waits, says so, and is run again after ten minutes', () => {
  const observed = { job: withRuns(job, running), runs: [failed] };
  const waiting = judge(observed);
  expect(waiting.does).toEqual([]);
  expect(waiting.plan.requeueAfterMs).toBe(600_000);
  expect(waiting.runs).toMatchObject([
    {
      name: run,
      state: 'Running',
      message: `${run} failed: ${WHY} (it is tried again at 2026-11-23T12:10:00Z, or once its Job is deleted)`,
    },
  ]);
  expect(waiting.conditions['Stalled']).toBeUndefined();
  expect(judge(observed, later(600)).does).toEqual([
    `delete Job ${run}: its storage may be back, it is run again`,
  ]);
});

test('a run that waits so makes way for another spec', () => {
  const changed = aScoringJob({ input: { lastDays: 7 } }, { generation: 2 });
  expect(judge({ job: withRuns(changed, running), runs: [failed] }).runs).toMatchObject([
    { name: run, state: 'Superseded' },
  ]);
});

test('the result of another run is not committed by this one', () => {
  const result = {
    kind: 'score',
    run: 'nightly-other-1',
    version: 'v2',
    rows: 1,
    atRisk: 0,
    tableVersion: 7,
    seconds: 3,
  };
  const complete = { ...condition, type: 'Complete' };
  const state = runStateOf({ ...kubeJob, status: { conditions: [complete] } }, [
    podOf(kubeJob, 0, JSON.stringify(result)),
  ]);
  const { runs } = judge({ job: withRuns(job, running), runs: [state] });
  expect(runs[0]).toMatchObject({ state: 'RunFailed' });
  expect(runs[0]?.message).toContain(`${run} left the result of another run, nightly-other-1`);
});
