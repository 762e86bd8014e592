import type { EvaluateResult } from '@stockout/contracts';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Job } from '../api/kubernetes.ts';
import { upcomingOf } from '../outlook/index.ts';
import { buildComparisonRecord } from '../resources/comparison-record.ts';
import { aModel, aTrainResult, GOOD, POOR } from '../testing/builders.ts';
import { FakeCluster } from '../testing/fake-cluster.ts';

const RELATIVE = { metric: 'auc', maxDropFromServing: '0.005' } as const;
const GATES = [{ metric: 'auc' as const, min: '0.95' }, RELATIVE];

let cluster: FakeCluster;

beforeEach(() => {
  const serving = { service: { type: 'ClusterIP' as const }, rollout: { rollbackWindowSeconds: 0 } };
  cluster = new FakeCluster(aModel({ gates: GATES, serving, promotion: { policy: 'Manual' } }));
  cluster.settle();
});

function train(version: string, changes: Parameters<typeof aTrainResult>[1] = {}): void {
  cluster.finishJob(cluster.runningJob('retail-train'), aTrainResult(version, changes));
  cluster.settle();
}

/** Other rounds than any before: another version. */
function trainNext(version: string, changes: Parameters<typeof aTrainResult>[1] = {}): void {
  cluster.edit(`${version} is asked for`, (spec) => (spec.training!.params.rounds = roundsOf(version)));
  cluster.settle();
  train(version, changes);
}

function pin(version: string | undefined): void {
  cluster.edit(`${version ?? 'nothing'} is pinned`, (spec) => {
    delete spec.promotion.version;
    if (version !== undefined) spec.promotion.version = version;
  });
  cluster.settle();
}

function automatic(): void {
  cluster.edit('what passes is promoted by itself', (spec) => {
    delete spec.promotion.version;
    spec.promotion.policy = 'Automatic';
  });
  cluster.settle();
}

/** Whoever comes up is up. */
function bringUp(): void {
  for (const color of ['blue', 'green']) {
    if (cluster.stores.deployments.get(`shop/retail-${color}`) !== undefined)
      cluster.bringUp(`retail-${color}`);
  }
  cluster.settle();
}

/** v1 serves, v2 was trained while v1 did, and v3 while v1 did: now v2 serves. */
function v3MissedV2(changes: Parameters<typeof aTrainResult>[1] = {}): void {
  train('v1');
  pin('v1');
  bringUp();
  trainNext('v2', { champion: { version: 'v1', metrics: GOOD } });
  trainNext('v3', { champion: { version: 'v1', metrics: GOOD }, ...changes });
  pin('v2');
  bringUp();
  expect(cluster.serving).toBe('v2');
}

const roundsOf = (version: string): number => 10 * Number(version.slice(1));
const evaluateJobs = (): string[] =>
  [...cluster.stores.jobs.values()]
    .map(({ metadata }) => metadata.name)
    .filter((name) => name.includes('evaluate'));
const running = (): Job => cluster.runningJob('retail-evaluate');
const records = (): string[] =>
  [...cluster.stores.configMaps.values()]
    .map(({ metadata }) => metadata.name)
    .filter((name) => /^retail-v\d+-against/.test(name));
const failures = (): string[] => cluster.observe().comparisonFailures.map(({ run }) => run);
const FAILED =
  'False ComparisonFailed: v3 could not be compared with v2, which serves: retail-evaluate-v3-against-v2-b9804 failed: no such file (change spec.training, spec.data or spec.storage, or set the annotation stockout.dev/retrain-requested-at to a new value, to try again)';

function failForGood(): void {
  cluster.finishJob(running(), { kind: 'failure', exitCode: 2, message: 'no such file' });
  cluster.settle();
}

/** As Kubernetes does with the Jobs that ended. */
function forget(jobs: FakeCluster['stores']['jobs']): void {
  for (const job of [...jobs.values()].filter(({ metadata }) => metadata.name.includes('evaluate'))) {
    jobs.delete(job);
  }
}

const told = (type: string): string | undefined => {
  const condition = cluster.condition(type);
  return condition && `${condition.status} ${condition.reason}: ${condition.message}`;
};

/** What people are told of what happens next. */
function upcoming(): string[] {
  const { services, deployments, jobs } = cluster.stores;
  const around = {
    services: [...services.values()],
    deployments: [...deployments.values()],
    jobs: [...jobs.values()],
  };
  const foreseen = upcomingOf(cluster.model, around, cluster.now);
  return foreseen.map(({ at, what }) => `${at.toISOString().slice(11, 19)} ${what}`);
}

function compared(version: string, champion: string, ours = GOOD, theirs = GOOD): EvaluateResult {
  return { kind: 'evaluate', version, metrics: ours, champion: { version: champion, metrics: theirs } };
}

describe('a version that was compared with another champion than the one that serves', () => {
  test('is compared with that one by a Job, and serves when it is no worse', () => {
    v3MissedV2();
    automatic();
    expect(evaluateJobs()).toEqual(['retail-evaluate-v3-against-v2-b9804']);
    expect(running().spec.template.spec.containers[0]?.args).toEqual(
      'evaluate -f /etc/stockout/manifest.yaml --storage file:///var/lib/stockout --version v3 --against v2 --gates report --result-file /dev/termination-log'.split(
        ' ',
      ),
    );
    expect(told('GatesPassed')).toBe(
      'False Comparing: v3 is compared with v2, which serves: retail-evaluate-v3-against-v2-b9804 runs',
    );
    expect(told('Reconciling')).toMatch(/^True Comparing: v3 is compared with v2/);
    expect(told('Ready')).toMatch(/^True Serving: v2 serves/);

    cluster.finishJob(running(), compared('v3', 'v2'));
    cluster.settle();
    expect(records()).toEqual(['retail-v3-against-v2']);
    expect(told('GatesPassed')).toBe('True GatesPassed: v3 passed all 2 gates');
    bringUp();
    expect(cluster.serving).toBe('v3');
  });

  test('is refused with the figures when it is worse, and a wider gate needs no other Job', () => {
    v3MissedV2();
    automatic();
    cluster.finishJob(running(), compared('v3', 'v2', GOOD, { ...GOOD, auc: 0.9999 }));
    cluster.settle();
    expect(told('GatesPassed')).toBe(
      'False GatesFailed: v3 is refused: auc 0.9935 against 0.9999 of the serving v2 is worse by 0.0064, more than 0.005; v2 keeps serving',
    );
    cluster.edit('a wider gate', (spec) => (spec.gates = [{ ...RELATIVE, maxDropFromServing: '0.01' }]));
    cluster.settle();
    bringUp();
    expect(cluster.serving).toBe('v3');
    expect(evaluateJobs()).toHaveLength(1);
  });

  test('is not compared when another gate refuses it anyway', () => {
    v3MissedV2({ metrics: POOR });
    automatic();
    expect(evaluateJobs()).toEqual([]);
    expect(told('GatesPassed')).toMatch(/^False GatesFailed: v3 is refused: auc 0.8000 is below the minimum/);
  });

  test('is not compared while a person decides what serves, and a pin goes by the comparison of its own day', () => {
    v3MissedV2();
    pin(undefined);
    expect(evaluateJobs()).toEqual([]);
    pin('v3');
    bringUp();
    expect(cluster.serving).toBe('v3');
    expect(evaluateJobs()).toEqual([]);
  });

  test('is told of beside the newest version, when that one is refused', () => {
    v3MissedV2();
    trainNext('v4', { metrics: POOR, champion: { version: 'v2', metrics: GOOD } });
    automatic();
    expect(evaluateJobs()).toEqual(['retail-evaluate-v3-against-v2-b9804']);
    expect(told('GatesPassed')).toMatch(
      /^False GatesFailed: v4 is refused: auc 0.8000.*; v2 keeps serving; v3 is compared with v2, which serves: /,
    );
  });

  test('may be gone back to later, by the comparison that let it serve', () => {
    v3MissedV2({ champion: { version: 'v1', metrics: { ...GOOD, auc: 0.9999 } } });
    automatic();
    cluster.finishJob(running(), compared('v3', 'v2'));
    cluster.settle();
    bringUp();
    trainNext('v4', { champion: { version: 'v3', metrics: GOOD } });
    bringUp();
    expect(cluster.serving).toBe('v4');
    pin('v3');
    bringUp();
    expect(cluster.serving).toBe('v3');
  });
});

describe('while two versions are compared', () => {
  beforeEach(() => {
    v3MissedV2();
    automatic();
  });

  test('a champion that changes ends the Job, whose result is not used', () => {
    const [old] = [running()];
    cluster.edit('back to v1', (spec) => (spec.promotion.version = 'v1'));
    cluster.settle();
    bringUp();
    expect(cluster.serving).toBe('v1');
    expect(evaluateJobs()).toEqual([]);
    cluster.put(cluster.stores.jobs, old as Job);
    cluster.finishJob(old as Job, compared('v3', 'v2'));
    cluster.settle();
    expect(records()).toEqual([]);
    // v3 was compared with v1 by its training.
    automatic();
    bringUp();
    expect(cluster.serving).toBe('v3');
  });

  test('what another operator made of it already is left as it is', () => {
    const before = cluster.observe();
    cluster.finishJob(running(), compared('v3', 'v2'));
    cluster.settle();
    cluster.stepSeeing({ comparisons: before.comparisons });
    cluster.settle();
    expect(records()).toEqual(['retail-v3-against-v2']);
    expect(evaluateJobs()).toHaveLength(1);
  });

  test.each([
    ['cannot be read', 'v3 was no worse'],
    [
      'is of another pair',
      JSON.stringify({ version: 'v2', metrics: GOOD, champion: { version: 'v1', metrics: GOOD } }),
    ],
  ])('a record in the place of theirs that %s is replaced', (_, comparison) => {
    const record = buildComparisonRecord(cluster.model, compared('v3', 'v2'));
    cluster.put(cluster.stores.configMaps, { ...record, data: { comparison } });
    cluster.finishJob(running(), compared('v3', 'v2'));
    cluster.settle();
    expect(cluster.stores.configMaps.get('shop/retail-v3-against-v2')?.data).toEqual(record.data);
    expect(told('GatesPassed')).toBe('True GatesPassed: v3 passed all 2 gates');
  });

  test('a Job whose storage does not do its part is told of, and run again after ten minutes', () => {
    const message = 'the storage does not answer';
    cluster.finishJob(running(), { kind: 'failure', exitCode: 1, message, cause: 'storage' });
    expect(cluster.settle().requeueAfterMs).toBe(600_000);
    expect(told('GatesPassed')).toBe(
      'False StorageUnavailable: v3 could not be compared with v2, which serves: retail-evaluate-v3-against-v2-b9804 failed: the storage does not answer (it is tried again at 2026-11-23T12:10:00Z, or once its Job is deleted)',
    );
    expect(told('Reconciling')).toBeUndefined();
    expect(told('Ready')).toMatch(/^True Serving/);
    expect(upcoming()).toEqual([
      '12:10:00 the comparison with what serves is made again: its storage may be back',
    ]);
    cluster.pass(600);
    cluster.settle();
    expect(told('GatesPassed')).toMatch(/^False Comparing: .* runs$/);
    expect(failures()).toEqual([]);
  });

  test('a Job that fails of itself is not made again unasked, though it is gone', () => {
    failForGood();
    expect(told('GatesPassed')).toBe(FAILED);
    expect(upcoming()).toEqual([]);
    expect(failures()).toEqual(['retail-evaluate-v3-against-v2-b9804']);
    forget(cluster.stores.jobs);
    cluster.pass(6_000);
    expect(cluster.settle().chains.flat()).toEqual([]);
    expect(told('GatesPassed')).toBe(FAILED);
  });

  test('one that failed for good is made again once somebody asks for a training', () => {
    failForGood();
    forget(cluster.stores.jobs);
    const { model } = cluster;
    const annotations = { 'stockout.dev/retrain-requested-at': '1' };
    cluster.put(cluster.stores.models, { ...model, metadata: { ...model.metadata, annotations } });
    cluster.settle();
    train('v4', { metrics: POOR, champion: { version: 'v2', metrics: GOOD } });
    expect(evaluateJobs()).toEqual(['retail-evaluate-v3-against-v2-b9804']);
    expect(failures()).toEqual([]);
  });

  test('a failure goes with the pair that it is of', () => {
    failForGood();
    trainNext('v4', { champion: { version: 'v2', metrics: GOOD } });
    expect(failures()).toEqual([]);
  });

  test('a Job that failed is made again at once when the spec says how else it may run', () => {
    cluster.finishJob(running(), { kind: 'failure', exitCode: 2, message: 'too little memory' });
    cluster.settle();
    cluster.edit('more memory', (spec) => (spec.training!.resources = { limits: { memory: '8Gi' } }));
    cluster.settle();
    expect(failures()).toEqual([]);
    expect(running().spec.template.spec.containers[0]?.resources).toEqual({ limits: { memory: '8Gi' } });
  });

  test('a result of other versions counts for nothing, and is not asked for again', () => {
    cluster.finishJob(running(), compared('v2', 'v1'));
    cluster.settle();
    expect(told('GatesPassed')).toMatch(/ComparisonFailed: .* compared v2 with v1 \(change spec/);
    expect(records()).toEqual([]);
    forget(cluster.stores.jobs);
    expect(cluster.settle().chains.flat()).toEqual([]);
  });

  test('a result that was lost is asked for again', () => {
    const job = running();
    const condition = { type: 'Complete', status: 'True', lastTransitionTime: '2026-11-23T12:00:00Z' };
    cluster.put(cluster.stores.jobs, { ...job, status: { conditions: [condition] } });
    cluster.pass(60);
    cluster.settle();
    expect(running().metadata.uid).not.toBe(job.metadata.uid);
    expect(told('GatesPassed')).toMatch(/^False Comparing: .* runs$/);
  });
});

test('a comparison waits for the training that runs, and is not begun when that makes a better one', () => {
  v3MissedV2();
  cluster.edit('v4 is asked for', (spec) => (spec.training!.params.rounds = roundsOf('v4')));
  cluster.settle();
  automatic();
  expect(evaluateJobs()).toEqual([]);
  expect(told('GatesPassed')).toBe(
    'False Comparing: v3 is to be compared with v2, which serves, once the training that is under way has ended',
  );
  train('v4', { champion: { version: 'v2', metrics: GOOD } });
  bringUp();
  expect(cluster.serving).toBe('v4');
  expect(evaluateJobs()).toEqual([]);
});

test('a comparison waits for the rollout of a version that passes, and is made with that one', () => {
  v3MissedV2({ champion: { version: 'v2', metrics: GOOD } });
  trainNext('v4', { champion: { version: 'v1', metrics: GOOD } });
  automatic();
  expect(told('RolledOut')).toMatch(/^False RollingOut: v3/);
  expect(told('GatesPassed')).toBe(
    'False Comparing: v4 is to be compared with v2, which serves, once the rollout that is under way has ended',
  );
  expect(evaluateJobs()).toEqual([]);
  bringUp();
  expect(cluster.serving).toBe('v3');
  expect(evaluateJobs()).toEqual(['retail-evaluate-v4-against-v3-b9804']);
});

describe('a pinned version that was never compared, though something serves', () => {
  beforeEach(() => {
    // Both were trained before anything served.
    train('v1');
    trainNext('v2');
    pin('v1');
    bringUp();
    pin('v2');
  });

  test('is compared first, which Ready says, and then serves', () => {
    expect(evaluateJobs()).toEqual(['retail-evaluate-v2-against-v1-b9804']);
    expect(told('Ready')).toBe(
      'False Comparing: spec.promotion.version: v2 is compared with v1, which serves: retail-evaluate-v2-against-v1-b9804 runs; v1 keeps serving',
    );
    expect(told('Stalled')).toBeUndefined();
    cluster.finishJob(running(), compared('v2', 'v1'));
    cluster.settle();
    bringUp();
    expect(cluster.serving).toBe('v2');
    expect(told('Ready')).toMatch(/^True Serving/);
  });

  test('is refused by what the comparison shows', () => {
    cluster.finishJob(running(), compared('v2', 'v1', POOR));
    cluster.settle();
    expect(told('Ready')).toMatch(
      /^False PinnedVersionRefused: .*v2 did not pass its gates: auc 0.8000 against 0.9935 of the serving v1 is worse/,
    );
    expect(cluster.serving).toBe('v1');
  });

  test.each([
    ['is refused until its storage is back', { cause: 'storage' as const }, undefined],
    [
      'is refused, and stalls, when the comparison fails of itself',
      {},
      expect.stringMatching(/^True PinnedVersionRefused: /),
    ],
  ])('%s', (_, cause, stalled) => {
    cluster.finishJob(running(), { kind: 'failure', exitCode: 1, message: 'no answer', ...cause });
    cluster.settle();
    expect(told('Ready')).toMatch(
      /^False PinnedVersionRefused: .*v2 could not be compared with v1.*no answer/,
    );
    expect(told('Stalled')).toEqual(stalled);
  });

  test('goes back without a comparison', () => {
    pin('v1');
    expect(evaluateJobs()).toEqual([]);
    expect(told('Ready')).toMatch(/^True Serving: v1/);
  });
});

test('a comparison goes with the record of its version', () => {
  v3MissedV2();
  automatic();
  cluster.finishJob(running(), compared('v3', 'v2', POOR));
  cluster.settle();
  expect(records()).toEqual(['retail-v3-against-v2']);
  cluster.edit('few versions are kept', (spec) => (spec.versionHistoryLimit = 1));
  cluster.settle();
  trainNext('v4', { metrics: POOR, champion: { version: 'v2', metrics: GOOD } });
  cluster.settle();
  expect(records()).toEqual([]);
});
