import type { RunStatus, ScoringJob, StockoutModel } from '@stockout/crds';
import { describe, expect, test } from 'vitest';
import { describeAction } from '../actions.ts';
import { runStateOf } from '../jobs/run-state.ts';
import { buildScoringRun } from '../resources/scoring-job.ts';
import { scoringRunName } from '../resources/run-names.ts';
import { aModel, aScoringJob, NOW, SETTINGS } from '../testing/builders.ts';
import { podOf } from '../testing/fake-cluster.ts';
import type { ObservedScoringJob } from './observed.ts';
import { planScoringJob } from './plan.ts';
import { scoringStatusOf } from './status.ts';

const model: StockoutModel = {
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
const withRuns = (job: ScoringJob, ...runs: RunStatus[]): ScoringJob => ({ ...job, status: { runs } });
const job = aScoringJob();
const run = scoringRunName(job);
const running: RunStatus = { name: run, version: 'v2', startedAt: '2026-11-23T11:59:00Z', state: 'Running' };
const kubeJob = buildScoringRun({ job, model, run, version: 'v2', image: 'pipeline:test' });
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

/** The plan and the status that it leads to. */
function judge(observed: Partial<ObservedScoringJob>, now = NOW) {
  const all = { job, model, runs: [], ...observed };
  const plan = planScoringJob(all, SETTINGS, now);
  const status = scoringStatusOf(all, plan, undefined, now);
  const conditions = Object.fromEntries(
    (status.conditions ?? []).map((each) => [each.type, `${each.status} ${each.reason}: ${each.message}`]),
  );
  return { does: plan.actions.map(describeAction), runs: status.runs ?? [], conditions, status, plan };
}

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
    expect(early.plan.requeueAfterMs).toBe(9000);
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
    // Its Job may have been made a moment ago and not have been seen yet.
    expect(superseded.does).toEqual([`delete Job ${run}: the spec asks for another run by now`]);
    expect(superseded.runs).toMatchObject([{ name: run, state: 'Superseded' }]);
    const then = judge({ job: withRuns(changed, ...superseded.runs) });
    expect(then.runs.map(({ state }) => state)).toEqual(['Running', 'Superseded']);
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
    expect(judge({ job: withRuns(lighter, running), runs: stuck })).toMatchObject({
      does: [`delete Job ${run}: the spec asks for another run by now`],
      runs: [{ state: 'Superseded' }],
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

test('a pause undoes nothing: what is committed stays so, what goes on is not said to be done', () => {
  const annotations = { 'stockout.dev/paused': 'true' };
  const paused = aScoringJob({}, { annotations });
  const done = judge({ job: withRuns(paused, { ...running, state: 'Succeeded', message: 'as it was' }) });
  expect(done.conditions).toEqual({
    Ready: 'True Paused: nothing is changed while the annotation stockout.dev/paused is "true"',
    Complete: `True Succeeded: ${run}: as it was`,
    Failed: 'False Paused: nothing is changed while the annotation stockout.dev/paused is "true"',
  });
  expect(judge({ job: withRuns(paused, running) }).conditions).toMatchObject({
    Ready: expect.stringMatching(/^False Paused/),
    Complete: expect.stringMatching(/^False Paused/),
  });
});

test('spec.suspend holds back a run that is due, and is no trouble', () => {
  const { runs, does, conditions } = judge({ job: aScoringJob({ suspend: true }) });
  expect({ runs, does }).toEqual({ runs: [], does: [] });
  expect(conditions['Ready']).toBe('False Suspended: no run starts while spec.suspend is true');
  expect(conditions).not.toHaveProperty('Stalled');
  expect(conditions).not.toHaveProperty('Reconciling');
});

test('spec.suspend lets a run that is under way come to its end', () => {
  const suspended = aScoringJob({ suspend: true });
  const { conditions } = judge({ job: withRuns(suspended, running), runs: [runStateOf(kubeJob, [])] });
  expect(conditions['Ready']).toMatch(/^False Running/);
});

describe('no run starts', () => {
  test.each<[string, Partial<ObservedScoringJob>, string]>([
    [
      'while there is no model',
      { model: undefined },
      'Reconciling True ModelNotFound: spec.modelRef.name: there is no StockoutModel retail in shop',
    ],
    [
      'while nothing serves',
      { model: aModel() },
      'Reconciling True NoServingVersion: the model retail serves no version yet',
    ],
    [
      'with a version that the model does not have yet',
      { job: aScoringJob({ version: 'v9' }) },
      'Reconciling True VersionNotFound: spec.version: the model retail has no v9; there are v1, v2, v3',
    ],
    [
      'with a version that did not pass its gates',
      { job: aScoringJob({ version: 'v3' }) },
      'Stalled True VersionRefused: spec.version: v3 of the model retail did not pass its gates',
    ],
    [
      'with what is not built yet',
      { job: aScoringJob({ shards: 2 }) },
      'Stalled True NotYetSupported: not supported yet: spec.shards 2 (use 1)',
    ],
    [
      'on a storage that the allow-list does not let the model use',
      {
        model: {
          ...aModel({ storage: { persistentVolumeClaim: { claimName: 'secret' } } }),
          status: model.status!,
        },
      },
      'Reconciling True ModelNotReady: the model retail: spec.storage.persistentVolumeClaim.claimName: secret is not',
    ],
  ])('%s', (_name, observed, told) => {
    const { runs, does, conditions } = judge(observed);
    expect(runs).toEqual([]);
    expect(does).toEqual([]);
    const lines = Object.entries(conditions).map(([type, text]) => `${type} ${text}`);
    expect(lines.find((line) => line.startsWith(told))).toBeDefined();
    expect(conditions['Complete']).toMatch(/^False/);
    expect(conditions['Failed']).toMatch(/^False/);
  });
});
