import { packResults } from '@stockout/contracts';
import { beforeEach, describe, expect, test } from 'vitest';
import { aModel, aTrainResult, POOR } from '../testing/builders.ts';
import { FakeCluster } from '../testing/fake-cluster.ts';

let cluster: FakeCluster;

beforeEach(() => {
  cluster = new FakeCluster(aModel({ serving: { service: { type: 'ClusterIP' } } }));
});

const names = (store: keyof FakeCluster['stores']): string[] =>
  Array.from(cluster.stores[store].values(), ({ metadata }) => metadata.name).sort();
const selector = (): string | undefined =>
  [...cluster.stores.services.values()][0]?.spec.selector['stockout.dev/color'];
/** The writes of whatever settles next. */
function writes(): string[] {
  const from = cluster.log.length;
  cluster.settle();
  return cluster.log.slice(from).filter((line) => /^(apply|create|delete) /.test(line));
}

function train(version: string, changes: Parameters<typeof aTrainResult>[1] = {}): void {
  cluster.settle();
  cluster.finishJob(cluster.runningJob('retail-train'), aTrainResult(version, changes));
  cluster.settle();
}

function serveV1(): void {
  train('v1');
  cluster.bringUp('retail-blue');
  cluster.settle();
}

/** v1 serves, v2 passed and its pods come up. */
function beginV2(): void {
  serveV1();
  cluster.edit('another version', (spec) => (spec.training!.params.rounds = 300));
  train('v2');
}

const annotate = (value: string): void => {
  const annotations = { 'stockout.dev/retrain-requested-at': value };
  const { model } = cluster;
  cluster.put(cluster.stores.models, { ...model, metadata: { ...model.metadata, annotations } });
};

describe('while a version is trained', () => {
  test('another spec ends that training and starts its own', () => {
    cluster.settle();
    const [first] = names('jobs');
    cluster.edit('fewer rounds', (spec) => (spec.training!.params.rounds = 5));
    cluster.settle();
    expect(names('jobs')).toHaveLength(1);
    expect(names('jobs')).not.toContain(first);
  });

  test('a spec that goes to and fro ends where it began', () => {
    cluster.settle();
    const before = names('jobs');
    cluster.edit('fewer rounds', (spec) => (spec.training!.params.rounds = 5));
    cluster.settle();
    cluster.edit('as it was', (spec) => (spec.training!.params.rounds = 200));
    cluster.settle();
    expect(names('jobs')).toEqual(before);
  });

  test('the annotation changed twice leaves one training, and one more version', () => {
    serveV1();
    annotate('1');
    cluster.step();
    annotate('2');
    cluster.step();
    cluster.settle();
    expect(
      names('jobs').filter((job) => cluster.stores.jobs.get(`shop/${job}`)?.status === undefined),
    ).toHaveLength(1);
    train('v2');
    expect(names('configMaps')).toEqual(['retail-v1', 'retail-v2']);
  });
});

describe('while a candidate comes up', () => {
  test('a pin to it changes nothing', () => {
    beginV2();
    cluster.edit('v2 is pinned', (spec) => (spec.promotion.version = 'v2'));
    expect(writes()).toEqual([]);
    cluster.bringUp('retail-green');
    cluster.settle();
    expect(cluster.serving).toBe('v2');
  });

  test('a pin to what serves takes it away, and traffic stays where it is', () => {
    beginV2();
    cluster.edit('v1 is pinned', (spec) => (spec.promotion.version = 'v1'));
    expect(writes()).toEqual(['delete Deployment retail-green: it is not to serve any more']);
    expect(selector()).toBe('blue');
    expect(cluster.condition('Ready')).toMatchObject({ status: 'True', reason: 'Serving' });
  });

  test('a pin to nothing takes it away too, and the refusal says what serves', () => {
    beginV2();
    cluster.edit('v9 is pinned', (spec) => (spec.promotion.version = 'v9'));
    cluster.settle();
    const nowhere = { packed: packResults([]), absent: ['v9'], passedOver: [], left: [] };
    cluster.finishJob(cluster.runningJob('retail-recover'), { kind: 'recover', ...nowhere });
    cluster.settle();
    expect(names('deployments')).toEqual(['retail-blue']);
    expect(cluster.condition('Stalled')?.message).toBe(
      'spec.promotion.version: v9 does not exist; there are v1, v2; v1 keeps serving',
    );
  });

  test('more replicas are waited for before the switch', () => {
    beginV2();
    cluster.edit('three replicas', (spec) => (spec.serving.replicas = 3));
    expect(writes()).toEqual(['apply Deployment retail-green: it differs from the spec']);
    cluster.bringUp('retail-green', 2);
    cluster.settle();
    expect(selector()).toBe('blue');
    cluster.bringUp('retail-green');
    cluster.settle();
    expect(selector()).toBe('green');
  });

  test('a third version takes its place', () => {
    beginV2();
    cluster.edit('a third', (spec) => (spec.training!.params.rounds = 400));
    train('v3');
    cluster.bringUp('retail-green');
    cluster.settle();
    expect(cluster.serving).toBe('v3');
  });
});

test('pods that got the traffic a moment ago are not let go by who has not seen it yet', () => {
  beginV2();
  cluster.bringUp('retail-green');
  cluster.settle();
  cluster.pass(601);
  const { service } = cluster.observe();
  cluster.edit('back to v1, at the very end of the window', (spec) => (spec.promotion.version = 'v1'));
  cluster.step();
  cluster.edit('and on again, before the switch is seen', (spec) => delete spec.promotion.version);
  cluster.stepSeeing({ service });
  expect([selector(), names('deployments')]).toEqual(['blue', ['retail-blue', 'retail-green']]);
});

test('what serves is left alone by who reads lists of before it was pinned, and of before its Service', () => {
  cluster = new FakeCluster(aModel({ promotion: { policy: 'Manual' } }));
  const { model } = cluster;
  train('v1');
  cluster.edit('v1 is pinned', (spec) => (spec.promotion.version = 'v1'));
  cluster.settle();
  cluster.bringUp('retail-blue');
  cluster.settle();
  cluster.stepSeeing({ model, service: undefined });
  expect([selector(), names('deployments')]).toEqual(['blue', ['retail-blue']]);
});

test('traffic is not switched to pods that are gone, though they are seen in a list of before', () => {
  beginV2();
  cluster.bringUp('retail-green');
  const { predictors } = cluster.observe();
  cluster.stores.deployments.delete(cluster.stores.deployments.get('shop/retail-green')!);
  cluster.stepSeeing({ predictors });
  expect(selector()).toBe('blue');
});

describe('a candidate that was given up', () => {
  beforeEach(() => {
    beginV2();
    cluster.stall('retail-green');
    cluster.settle();
    expect(cluster.condition('Stalled')).toMatchObject({ reason: 'ProgressDeadlineExceeded' });
  });

  test.each<[string, (spec: (typeof cluster.model)['spec']) => unknown]>([
    ['gets more time', ({ serving }) => (serving.rollout.progressDeadlineSeconds = 1200)],
    ['needs fewer pods', ({ serving }) => (serving.replicas = 1)],
  ])('is tried again from nothing when it %s', (_name, change) => {
    cluster.edit('the remedy', change);
    expect(writes().filter((write) => write.includes(' Deployment '))).toEqual([
      'delete Deployment retail-green: it is tried again, as the spec says by now',
      'apply Deployment retail-green: v2 is to serve, its pods come up',
    ]);
    cluster.bringUp('retail-green');
    cluster.settle();
    expect(cluster.serving).toBe('v2');
  });

  test('is not tried again by what has nothing to do with it', () => {
    cluster.edit('a longer window', ({ serving }) => (serving.rollout.rollbackWindowSeconds = 5));
    expect(writes()).toEqual([]);
  });
});

describe('what someone deleted by hand', () => {
  beforeEach(() => {
    serveV1();
    cluster.edit('a hopeless one', (spec) => (spec.training!.params.rounds = 1));
    train('v2', { metrics: POOR });
    // Nothing was refused yet when this gate came: v1 would not pass it either, but it serves.
    cluster.edit('a tighter gate', (spec) => (spec.gates = [{ metric: 'auc', min: '0.999' }]));
    cluster.settle();
  });

  test('the Deployment that serves comes back as it was, and traffic waits for it where it is', () => {
    cluster.stores.deployments.delete(cluster.stores.deployments.get('shop/retail-blue')!);
    expect(writes()).toEqual(['apply Deployment retail-blue: it serves, and its Deployment was deleted']);
    expect(selector()).toBe('blue');
    cluster.bringUp('retail-blue');
    cluster.settle();
    expect(cluster.serving).toBe('v1');
    expect(cluster.condition('RolledOut')).toMatchObject({ status: 'True' });
  });

  test('the Service comes back with the traffic where it was', () => {
    cluster.stores.services.delete(cluster.stores.services.get('shop/retail')!);
    expect(writes()).toEqual(['apply Service retail: callers find the predictor by it']);
    expect([cluster.serving, selector()]).toEqual(['v1', 'blue']);
  });

  test('a Job that is done is not done again', () => {
    for (const job of cluster.stores.jobs.values()) cluster.stores.jobs.delete(job);
    expect(writes()).toEqual([]);
  });
});

test('with Manual the first version waits for a pin, and no pod comes up before', () => {
  cluster = new FakeCluster(aModel({ promotion: { policy: 'Manual' } }));
  train('v1');
  expect(names('deployments')).toEqual([]);
  expect(cluster.condition('Ready')).toMatchObject({
    status: 'False',
    reason: 'AwaitingPromotion',
    message:
      'v1 passed its gate; spec.promotion.policy is Manual: set spec.promotion.version to v1 to let it serve',
  });
  cluster.edit('v1 is pinned', (spec) => (spec.promotion.version = 'v1'));
  cluster.settle();
  expect(names('deployments')).toEqual(['retail-blue']);
});

test('a model made anew under the same name takes nothing over from the one that was deleted', () => {
  serveV1();
  const { generation: _, ...metadata } = cluster.model.metadata;
  const { status: _status, ...anew } = cluster.model;
  cluster.put(cluster.stores.models, { ...anew, metadata: { ...metadata, uid: 'another', generation: 1 } });
  cluster.step();
  expect(cluster.model.status).toMatchObject({ versions: [] });
  expect(cluster.model.status).not.toHaveProperty('servingVersion');
  expect(cluster.condition('Ready')).toMatchObject({ status: 'False', reason: 'Training' });
});

test('a version that is pinned though it was refused stays on record, so that the refusal can say why', () => {
  cluster = new FakeCluster(aModel({ versionHistoryLimit: 1, promotion: { version: 'v2' } }));
  train('v1');
  for (const [index, version] of ['v2', 'v3', 'v4'].entries()) {
    cluster.edit('another', (spec) => (spec.training!.params.rounds = 300 + index));
    train(version, { metrics: POOR });
  }
  expect(cluster.condition('Ready')?.message).toContain('v2 did not pass its gates');
});
