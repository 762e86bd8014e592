import { describe, expect, test } from 'vitest';
import { isFalse, isTrue } from '../conditions.ts';
import { runStateOf } from '../jobs/run-state.ts';
import type { Pod } from '../api/kubernetes.ts';
import { aModel, aScoringJob, aTrainResult, NOW } from '../testing/builders.ts';
import { FakeCluster, podOf } from '../testing/fake-cluster.ts';
import { predictorPod } from '../testing/played-pods.ts';
import type { ObservedScoringJob } from './observed.ts';
import { judge, kubeJob, model, run, running, withRuns } from './plan.test-support.ts';

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

test('spec.suspend holds back a run that is due, and that is as it should be', () => {
  const { runs, does, conditions } = judge({ job: aScoringJob({ suspend: true }) });
  expect({ runs, does }).toEqual({ runs: [], does: [] });
  expect(conditions).toMatchObject({
    Ready: 'True Suspended: no run starts while spec.suspend is true',
    Complete: 'False Suspended: no run starts while spec.suspend is true',
  });
  expect(conditions).not.toHaveProperty('Stalled');
  expect(conditions).not.toHaveProperty('Reconciling');
});

test('spec.suspend lets a run that is under way come to its end', () => {
  const suspended = aScoringJob({ suspend: true });
  const { conditions } = judge({ job: withRuns(suspended, running), runs: [runStateOf(kubeJob, [])] });
  expect(conditions['Ready']).toMatch(/^False Running/);
});

test.each<[model: string, says: Record<string, string>, told: string]>([
  ['gets on', { Ready: 'Training', Reconciling: 'Training' }, ''],
  ['waits for a pod', { Ready: 'Training', Reconciling: 'HeldUp' }, ': it says HeldUp'],
  ['is refused', { Ready: 'Forbidden', Reconciling: 'Forbidden' }, ': it says Forbidden'],
  ['waits for somebody', { Ready: 'GatesFailed' }, ': it says GatesFailed'],
])('what holds the model up is told, its steps are not: one that %s', (_, says, told) => {
  const conditions = Object.entries(says).map(([type, reason]) => ({
    ...(type === 'Ready' ? isFalse : isTrue)(reason, `it says ${reason}`),
    type,
    lastTransitionTime: NOW.toISOString(),
  }));
  const waiting = judge({ model: { ...aModel(), status: { conditions } } });
  expect(waiting.conditions['Ready']).toBe(
    `False NoServingVersion: the model retail serves no version yet${told}`,
  );
});

/** By a job of the model, once nothing is left to be done for it. */
function toldOf(cluster: FakeCluster): string | undefined {
  cluster.settle();
  return judge({ model: cluster.model }).conditions['Ready'];
}

describe('a job that waits for the first version of a model', () => {
  const WAITS = 'False NoServingVersion: the model retail serves no version yet';
  const TAINTED = '0/1 nodes are available: 1 node(s) had untolerated taint(s).';
  const unschedulable: Pod['status'] = {
    phase: 'Pending',
    conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: TAINTED }],
  };

  test('tells none of its steps', () => {
    const cluster = new FakeCluster(aModel());
    expect(toldOf(cluster)).toBe(WAITS);
    cluster.finishJob(cluster.runningJob('retail-train'), aTrainResult('v1'));
    expect(toldOf(cluster)).toBe(WAITS);
    cluster.bringUp('retail-blue', 1);
    expect(toldOf(cluster)).toBe(WAITS);
    cluster.bringUp('retail-blue');
    cluster.settle();
    expect(cluster.serving).toBe('v1');
  });

  test('tells of a training for whose pod there is no node', () => {
    const cluster = new FakeCluster(aModel());
    cluster.settle();
    const job = cluster.runningJob('retail-train');
    cluster.put(cluster.stores.pods, { ...podOf(job, 0, ''), status: unschedulable });
    const { name } = job.metadata;
    expect(toldOf(cluster)).toBe(
      `${WAITS}: the training ${name} runs, but its pod does not start: Unschedulable: ${TAINTED}`,
    );
    expect(cluster.condition('Ready')).toMatchObject({ status: 'False', reason: 'Training' });
  });

  test('tells of a training whose pod failed and is followed by another', () => {
    const cluster = new FakeCluster(aModel());
    cluster.settle();
    const job = cluster.runningJob('retail-train');
    cluster.put(cluster.stores.pods, podOf(job, 1, '{"message":"no such table"}'));
    expect(toldOf(cluster)).toMatch(/ runs, after a pod of it failed: no such table$/);
  });

  test('tells of predictors that do not come up', () => {
    const cluster = new FakeCluster(aModel());
    cluster.settle();
    cluster.finishJob(cluster.runningJob('retail-train'), aTrainResult('v1'));
    cluster.settle();
    cluster.bringUp('retail-blue', 0);
    const deployment = cluster.stores.deployments.get('shop/retail-blue')!;
    cluster.put(cluster.stores.pods, { ...predictorPod(deployment, 0), status: unschedulable });
    expect(toldOf(cluster)).toBe(
      `${WAITS}: v1 (blue) is on its way: 0 of 2 pods are ready: Unschedulable: ${TAINTED}`,
    );
    expect(cluster.condition('Ready')).toMatchObject({ status: 'False', reason: 'RollingOut' });
  });
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
      'on the clocks of a time zone that does not exist',
      { job: aScoringJob({ schedule: '0 4 * * *', timeZone: 'Europe/Atlantis' }) },
      'Stalled True InvalidSchedule: spec.timeZone: there is no time zone Europe/Atlantis',
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
