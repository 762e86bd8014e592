import type { RunStatus, ScoringJob } from '@stockout/crds';
import { describe, expect, test } from 'vitest';
import { runStateOf } from '../jobs/run-state.ts';
import { scoringRunName } from '../resources/run-names.ts';
import { aModel, aScoringJob, NOW } from '../testing/builders.ts';
import { podOf } from '../testing/fake-cluster.ts';
import { job, judge, kubeJob, model, run, running, withRuns } from './plan.test-support.ts';

const ended = (type: string) => ({
  ...kubeJob,
  status: { conditions: [{ type, status: 'True', lastTransitionTime: '2026-11-23T11:59:59Z' }] },
});
const result = {
  kind: 'score',
  run,
  version: 'v2',
  rows: 180_000,
  atRisk: 1234,
  tableVersion: 7,
  seconds: 3,
};

describe('a run', () => {
  test('is put on record with what serves before its Job is made', () => {
    const { does, runs, conditions } = judge({});
    expect(does).toEqual([]);
    expect(runs).toEqual([
      {
        name: run,
        version: 'v2',
        startedAt: '2026-11-23T12:00:00Z',
        state: 'Running',
        message: 'the run starts with v2',
      },
    ]);
    expect(conditions).toMatchObject({
      Ready: `False Running: ${run}: the run starts with v2`,
      Complete: expect.stringMatching(/^False/),
      Reconciling: expect.stringMatching(/^True/),
    });
  });

  test('gets its Job once it is on record, with the version of the record though another serves by now', () => {
    const served = { ...model, status: { ...model.status, servingVersion: 'v1' } };
    const { does, plan } = judge({ job: withRuns(job, running), model: served });
    expect(does).toEqual([`create Job ${run}: scores with v2`]);
    expect(JSON.stringify(plan.actions[0]?.object)).toContain('"--model-version","v2"');
  });

  test('gets no Job of a model whose storage nobody may name, though the model is paused', () => {
    const storage = { persistentVolumeClaim: { claimName: 'someone-elses' } };
    const { metadata, spec } = aModel({ storage }, { annotations: { 'stockout.dev/paused': 'true' } });
    const paused = { ...model, metadata, spec };
    const { does, conditions } = judge({ job: withRuns(job, running), model: paused });
    expect(does).toEqual([]);
    expect(conditions['Ready']).toMatch(
      /ModelNotReady.* the model retail: spec\.storage\.persistentVolumeClaim\.claimName: someone-elses is not/,
    );
  });

  test('goes on while its Job runs, and says why its pod does not start', () => {
    const pod = podOf(kubeJob, 0, '');
    pod.status = {
      conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/3 nodes' }],
    };
    const { does, conditions } = judge({ job: withRuns(job, running), runs: [runStateOf(kubeJob, [pod])] });
    expect(does).toEqual([]);
    expect(conditions['Ready']).toBe(
      `False Running: ${run}: the run's pod does not start: Unschedulable: 0/3 nodes`,
    );
  });

  test('is complete with what it reported', () => {
    const state = runStateOf(ended('Complete'), [podOf(kubeJob, 0, JSON.stringify(result))]);
    const { runs, conditions, status } = judge({ job: withRuns(job, running), runs: [state] });
    expect(runs[0]).toEqual({
      name: run,
      version: 'v2',
      startedAt: '2026-11-23T11:59:00Z',
      finishedAt: '2026-11-23T11:59:59Z',
      rows: 180_000,
      atRisk: 1234,
      tableVersion: 7,
      state: 'Succeeded',
      message: '180000 rows scored with v2, 1234 at risk: version 7 of the table',
    });
    expect(status.lastSuccessfulTime).toBe('2026-11-23T11:59:59Z');
    expect(conditions).toMatchObject({
      Complete: expect.stringMatching(/^True Succeeded/),
      Failed: expect.stringMatching(/^False Succeeded/),
      Ready: expect.stringMatching(/^True Succeeded/),
    });
    expect(conditions).not.toHaveProperty('Reconciling');
    expect(conditions).not.toHaveProperty('Stalled');
  });

  test('fails with what its pod said', () => {
    const words = JSON.stringify({
      kind: 'failure',
      exitCode: 2,
      message: 'spec.input.table: no such table',
    });
    const state = runStateOf(ended('Failed'), [podOf(kubeJob, 2, words)]);
    const { runs, conditions } = judge({ job: withRuns(job, running), runs: [state] });
    expect(runs[0]).toMatchObject({ state: 'RunFailed' });
    expect(runs[0]?.message).toBe(
      `${run} failed: spec.input.table: no such table (change the spec, or set the annotation stockout.dev/run-requested-at to a new value, to try again)`,
    );
    expect(conditions).toMatchObject({
      Failed: expect.stringMatching(/^True RunFailed/),
      Complete: expect.stringMatching(/^False/),
      Stalled: expect.stringMatching(/^True RunFailed/),
    });
  });

  test('is run again under its name when its result was lost', () => {
    const state = runStateOf(ended('Complete'), []);
    const early = judge({ job: withRuns(job, running), runs: [state] });
    expect(early.does).toEqual([]);
    expect(early.plan.requeueAfterMs).toBe(59_000);
    const late = judge({ job: withRuns(job, running), runs: [state] }, new Date(NOW.getTime() + 60_000));
    expect(late.does).toEqual([`delete Job ${run}: its result was lost, it is run again`]);
  });

  test('is done once: it stays so after its Job is gone', () => {
    const done = { ...running, state: 'Succeeded', rows: 1 };
    const { does, runs } = judge({ job: withRuns(job, done) });
    expect(does).toEqual([]);
    expect(runs).toEqual([done]);
  });
});

describe('another run', () => {
  const done: RunStatus = { ...running, state: 'Succeeded' };
  const after = (changed: ScoringJob) =>
    judge({ job: withRuns(changed, done) }).runs.map(({ state }) => state);
  const next = { generation: 2 };

  test.each<[string, ScoringJob, string[]]>([
    [
      'starts when the input changes',
      aScoringJob({ input: { lastDays: 7 } }, next),
      ['Running', 'Succeeded'],
    ],
    ['starts when the version changes', aScoringJob({ version: 'v1' }, next), ['Running', 'Succeeded']],
    [
      'starts at the annotation',
      aScoringJob({}, { annotations: { 'stockout.dev/run-requested-at': 'now' } }),
      ['Running', 'Succeeded'],
    ],
    [
      'does not start when only the history is kept longer',
      aScoringJob({ historyLimit: 9 }, next),
      ['Succeeded'],
    ],
    ['does not start when only the Job is given more', aScoringJob({ backoffLimit: 9 }, next), ['Succeeded']],
  ])('%s', (_name, changed, states) => {
    expect(after(changed)).toEqual(states);
  });

  test('starts also when the spec goes back to what was run before, under a name of its own', () => {
    const other = { ...done, name: 'nightly-0123456789-2' };
    const { runs } = judge({ job: withRuns(aScoringJob({}, { generation: 3 }), other, done) });
    expect(runs.map(({ name }) => name)).toEqual([run.replace(/-1$/, '-3'), other.name, run]);
  });

  test('waits for the one that goes on', () => {
    const changed = aScoringJob({ input: { lastDays: 7 } }, next);
    const { runs, does } = judge({ job: withRuns(changed, running), runs: [runStateOf(kubeJob, [])] });
    expect(runs.map(({ name, state }) => [name, state])).toEqual([[run, 'Running']]);
    expect(does).toEqual([]);
  });

  test('supersedes one that never began', () => {
    const changed = aScoringJob({ input: { lastDays: 7 } }, next);
    const superseded = judge({ job: withRuns(changed, running) });
    expect(superseded).toMatchObject({ does: [], runs: [{ name: run, state: 'Superseded' }] });
    const then = judge({ job: withRuns(changed, ...superseded.runs) });
    expect(then.runs.map(({ state }) => state)).toEqual(['Running', 'Superseded']);
    // Its Job may have been made a moment ago and be seen late.
    const late = judge({ job: withRuns(changed, ...then.runs), runs: [runStateOf(kubeJob, [])] });
    expect(late.does).toContain(`delete Job ${run}: the spec asks for another run by now`);
  });

  test('supersedes one whose pod does not start', () => {
    const pod = podOf(kubeJob, 0, '');
    const condition = {
      type: 'PodScheduled',
      status: 'False',
      reason: 'Unschedulable',
      message: 'no memory',
    };
    pod.status = { conditions: [condition] };
    const stuck = [runStateOf(kubeJob, [pod])];
    const lighter = aScoringJob({ resources: { limits: { memory: '1Gi' } } }, next);
    const superseded = judge({ job: withRuns(lighter, running), runs: stuck });
    // First the word: while the run stands as one that goes on, a Job that is gone would be made again.
    expect(superseded).toMatchObject({ does: [], runs: [{ state: 'Superseded' }] });
    expect(judge({ job: withRuns(lighter, ...superseded.runs), runs: stuck })).toMatchObject({
      does: [`delete Job ${run}: the spec asks for another run by now`],
      runs: [{ state: 'Running' }, { state: 'Superseded' }],
    });
    expect(judge({ job: withRuns(job, running), runs: stuck }).does).toEqual([]);
  });

  test('leaves one alone that is under way when only its history is to be kept longer', () => {
    const longer = aScoringJob({ historyLimit: 9 }, next);
    expect(judge({ job: withRuns(longer, running) }).does).toEqual([`create Job ${run}: scores with v2`]);
  });

  test('is tried after one that failed at any change of the spec', () => {
    const failed: RunStatus = { ...running, state: 'RunFailed' };
    const roomier = aScoringJob({ resources: { limits: { memory: '8Gi' } } }, next);
    expect(judge({ job: withRuns(job, failed) }).runs.map(({ state }) => state)).toEqual(['RunFailed']);
    expect(judge({ job: withRuns(roomier, failed) }).runs.map(({ name, state }) => [name, state])).toEqual([
      [run.replace(/-1$/, '-2'), 'Running'],
      [run, 'RunFailed'],
    ]);
  });

  test('does not start when the annotation is taken back: that spec was run', () => {
    const annotated = aScoringJob({}, { annotations: { 'stockout.dev/run-requested-at': 'now' } });
    const second: RunStatus = { ...done, name: scoringRunName(annotated) };
    expect(judge({ job: withRuns(job, second, done) }).runs).toEqual([second, done]);
    const superseded: RunStatus = { ...second, state: 'Superseded' };
    const { runs, conditions } = judge({ job: withRuns(job, superseded, done) });
    expect(runs).toEqual([superseded, done]);
    expect(conditions['Ready']).toMatch(/^True Succeeded/);
  });

  test('starts again under its name when the one of that name was superseded, and stands there once', () => {
    const superseded: RunStatus = { ...running, state: 'Superseded' };
    expect(judge({ job: withRuns(job, superseded) }).runs.map(({ name, state }) => [name, state])).toEqual([
      [run, 'Running'],
    ]);
  });

  test('keeps as many finished ones as the limit says', () => {
    const old = [1, 2, 3].map((n) => ({ ...done, name: `nightly-0123456789-${n}` }));
    const changed = aScoringJob({ historyLimit: 2 }, { generation: 4 });
    expect(judge({ job: withRuns(changed, ...old) }).runs).toHaveLength(3);
  });
});
