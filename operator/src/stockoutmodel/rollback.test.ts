import { describe, expect, it } from 'vitest';
import { aModel, aTrainResult } from '../testing/builders.ts';
import { FakeCluster } from '../testing/fake-cluster.ts';

/** v2 serves since a moment, green; the pods of v1 are still there, blue. */
function switched(): FakeCluster {
  const cluster = new FakeCluster(aModel({ serving: { service: { type: 'ClusterIP' } } }));
  cluster.settle();
  for (const [version, color] of [
    ['v1', 'blue'],
    ['v2', 'green'],
  ] as const) {
    train(cluster, version);
    cluster.bringUp(`retail-${color}`);
    cluster.settle();
    cluster.pass(5);
  }
  expect(cluster.serving).toBe('v2');
  return cluster;
}

function train(cluster: FakeCluster, version: string): void {
  cluster.edit('a version', (spec) => (spec.training!.params.rounds = Number(version.slice(1))));
  cluster.settle();
  cluster.finishJob(cluster.runningJob('retail-train'), aTrainResult(version));
  cluster.settle();
}

/** v2 failed, and traffic went back to v1. */
function rolledBack(): FakeCluster {
  const cluster = switched();
  cluster.crash('retail-green', 'Error');
  cluster.settle();
  expectBack(cluster, /retail-green-v2-0 ended/);
  return cluster;
}

function rollOutGreen(cluster: FakeCluster): void {
  cluster.settle();
  cluster.pass(5);
  cluster.bringUp('retail-green');
  cluster.settle();
}

/** The pods of v2. */
function notReady(cluster: FakeCluster): void {
  cluster.bringUp('retail-green', 0);
  for (const index of [0, 1]) sinceNow(cluster, `retail-green-v2-${index}`, 'False');
}

function sinceNow(cluster: FakeCluster, name: string, status: 'True' | 'False'): void {
  const pod = cluster.stores.pods.get(`shop/${name}`)!;
  const conditions = [{ type: 'Ready', status, lastTransitionTime: cluster.now.toISOString() }];
  cluster.put(cluster.stores.pods, { ...pod, status: { ...pod.status, conditions } });
}

const rolledOut = (cluster: FakeCluster) => cluster.condition('RolledOut');
const stateOf = (cluster: FakeCluster, version: string) =>
  cluster.model.status?.versions?.find(({ name }) => name === version)?.state;

function expectBack(cluster: FakeCluster, why: RegExp): void {
  expect(cluster.serving).toBe('v1');
  expect(rolledOut(cluster)).toMatchObject({ status: 'False', reason: 'RolledBack' });
  expect(rolledOut(cluster)?.message).toMatch(why);
  expect(stateOf(cluster, 'v2')).toBe('RolledBack');
  expect(cluster.condition('Ready')).toMatchObject({ status: 'True', reason: 'Serving' });
  expect(cluster.stores.deployments.get('shop/retail-green')?.spec.replicas).toBe(0);
}

it('a version whose pod ends within the window is gone back from, and not tried again', () => {
  const cluster = switched();
  cluster.crash('retail-green', 'Error');
  cluster.settle();
  expectBack(cluster, /its pod retail-green-v2-0 ended: exit code 137 .*pin v2 with/);
  cluster.pass(100_000);
  expect(cluster.settle().chains.flat()).toEqual([]);
  expectBack(cluster, /retail-green-v2-0 ended/);
});

it.each([
  ['a version that does not exist', 'v9'],
  ['the version that serves', 'v1'],
])('a pin to %s that comes and goes does not have what was rolled back tried again', (_, pin) => {
  const cluster = rolledBack();
  cluster.edit('a pin', (spec) => (spec.promotion.version = pin));
  cluster.settle();
  expect(stateOf(cluster, 'v2')).toBe('RolledBack');
  cluster.edit('no pin', (spec) => delete spec.promotion.version);
  cluster.settle();
  expectBack(cluster, /retail-green-v2-0 ended/);
});

it('a version of which too many requests fail is gone back from; a few say nothing', () => {
  const cluster = switched();
  cluster.answers.requests = { total: 9, errors: 9 };
  cluster.settle();
  expect(cluster.serving).toBe('v2');
  // Of each of two pods.
  cluster.answers.requests = { total: 100, errors: 5 };
  cluster.settle();
  expect(cluster.serving).toBe('v2');
  cluster.answers.requests = { total: 100, errors: 6 };
  cluster.settle();
  expectBack(cluster, /12 of 200 requests failed, 0\.06 is above 0\.05/);
});

it('a version none of whose pods is ready any more is gone back from', () => {
  const cluster = switched();
  notReady(cluster);
  cluster.settle();
  expect(cluster.serving).toBe('v2');
  cluster.pass(3);
  cluster.settle();
  expectBack(cluster, /none of its pods is ready/);
});

it('it is tried again when it is pinned, put to the proof as any candidate', () => {
  const cluster = switched();
  cluster.crash('retail-green', 'Error');
  cluster.settle();
  cluster.edit('v2 is pinned', (spec) => (spec.promotion.version = 'v2'));
  cluster.settle();
  expect(rolledOut(cluster)?.reason).toBe('RollingOut');
  cluster.pass(60);
  cluster.answers.golden = undefined;
  cluster.bringUp('retail-green');
  cluster.settle();
  expect(rolledOut(cluster)?.reason).toBe('Proving');
});

it('after the window, or where nothing is left to go back to, traffic stays where it is', () => {
  const late = switched();
  late.pass(600);
  late.settle();
  late.crash('retail-green', 'Error');
  late.settle();
  expect(late.serving).toBe('v2');
  const alone = switched();
  alone.bringUp('retail-blue', 0);
  alone.crash('retail-green', 'Error');
  alone.settle();
  expect(alone.serving).toBe('v2');
});

it('a node that is started anew is no fault of a version: pods of before ended as well', () => {
  const cluster = switched();
  cluster.crash('retail-blue', 'Error');
  cluster.crash('retail-green', 'Error');
  cluster.settle();
  expect(cluster.serving).toBe('v2');
});

it('nor is an agent of a node that is started anew: pods of before were not ready for a moment as well', () => {
  const cluster = switched();
  notReady(cluster);
  cluster.pass(3);
  sinceNow(cluster, 'retail-blue-v1-0', 'True');
  cluster.settle();
  expect(cluster.serving).toBe('v2');
});

it('an operator that dies after the switch back ends up at the same place', () => {
  const cluster = switched();
  cluster.crash('retail-green', 'Error');
  cluster.step(1);
  expect(cluster.stores.services.get('shop/retail')?.spec.selector['stockout.dev/color']).toBe('blue');
  cluster.settle();
  expectBack(cluster, /retail-green-v2-0 ended/);
});

it('the version after one that was gone back from is a candidate as any other', () => {
  const cluster = rolledBack();
  train(cluster, 'v3');
  rollOutGreen(cluster);
  expect(cluster.serving).toBe('v3');
});

it('it is tried again, and serves, with the resources that it lacked', () => {
  const cluster = rolledBack();
  cluster.edit('more memory', (spec) => (spec.serving.resources = { limits: { memory: '4Gi' } }));
  rollOutGreen(cluster);
  expect(cluster.serving).toBe('v2');
});

it('it is tried again when it is pinned, also after another version had taken its Deployment', () => {
  const cluster = rolledBack();
  train(cluster, 'v3');
  cluster.edit('v2 is pinned', (spec) => (spec.promotion.version = 'v2'));
  rollOutGreen(cluster);
  expect(cluster.serving).toBe('v2');
});

it('a version that a person went back to is not left again by itself, for pods that a person took traffic from', () => {
  const cluster = switched();
  cluster.edit('back to v1', (spec) => (spec.promotion.version = 'v1'));
  cluster.settle();
  expect(cluster.serving).toBe('v1');
  cluster.pass(5);
  cluster.crash('retail-blue', 'Error');
  cluster.settle();
  expect(cluster.serving).toBe('v1');
});

it('traffic that went back by itself stays there, though what it went back to has troubles as well', () => {
  const cluster = switched();
  cluster.crash('retail-green', 'Error');
  cluster.step();
  cluster.edit('v1 is pinned meanwhile', (spec) => (spec.promotion.version = 'v1'));
  cluster.bringUp('retail-green');
  cluster.pass(5);
  cluster.crash('retail-blue', 'Error');
  cluster.settle();
  expect(cluster.serving).toBe('v1');
});

it('traffic does not go back by itself to a version that would not pass its gates today', () => {
  const cluster = switched();
  cluster.edit('stricter gates', (spec) => (spec.gates = [{ metric: 'auc', min: '0.999' }]));
  cluster.crash('retail-green', 'Error');
  cluster.settle();
  expect(cluster.serving).toBe('v2');
});

const isKept = ({ stores }: FakeCluster): boolean =>
  stores.deployments.get('shop/retail-blue')?.metadata.labels?.['stockout.dev/version'] === 'v1';

describe('a version that is trained within the window', () => {
  it('waits until it is over, and the spec of what serves is followed meanwhile', () => {
    const cluster = switched();
    train(cluster, 'v3');
    expect(isKept(cluster)).toBe(true);
    expect(cluster.model.status).toMatchObject({ servingVersion: 'v2', candidateVersion: 'v3' });
    expect(rolledOut(cluster)).toMatchObject({
      reason: 'RollingOut',
      message:
        'v3 is on its way, until then v2 (green) serves: it comes up once the rollback window is over, at 2026-11-23T12:10:05Z',
    });
    cluster.edit('three replicas', (spec) => (spec.serving.replicas = 3));
    expect(cluster.settle().requeueAfterMs).toBe(595_000);
    expect(cluster.stores.deployments.get('shop/retail-green')?.spec.replicas).toBe(3);
    cluster.pass(595);
    cluster.settle();
    expect(isKept(cluster)).toBe(false);
    cluster.bringUp('retail-blue');
    cluster.settle();
    expect(cluster.serving).toBe('v3');
  });

  it('leaves the way back open', () => {
    const cluster = switched();
    train(cluster, 'v3');
    cluster.crash('retail-green', 'Error');
    cluster.settle();
    expect(cluster.serving).toBe('v1');
    rollOutGreen(cluster);
    expect(cluster.serving).toBe('v3');
  });

  it('does not wait when it is pinned, or when there is no way back any more', () => {
    const pinned = switched();
    train(pinned, 'v3');
    pinned.edit('v3 is pinned', (spec) => (spec.promotion.version = 'v3'));
    pinned.settle();
    expect(isKept(pinned)).toBe(false);
    const alone = switched();
    alone.bringUp('retail-blue', 0);
    train(alone, 'v3');
    expect(isKept(alone)).toBe(false);
  });
});

it('other resources for what serves do not wait for the end of the window: they may be what it lacks', () => {
  const cluster = switched();
  cluster.edit('more memory', (spec) => (spec.serving.resources = { limits: { memory: '4Gi' } }));
  cluster.settle();
  cluster.bringUp('retail-blue');
  cluster.settle();
  expect(cluster.stores.services.get('shop/retail')?.spec.selector['stockout.dev/color']).toBe('blue');
  expect(cluster.serving).toBe('v2');
});
