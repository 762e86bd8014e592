import { beforeEach, describe, expect, test } from 'vitest';
import { aModel, aTrainResult } from '../testing/builders.ts';
import { FakeCluster } from '../testing/fake-cluster.ts';

const BLUE = 'retail-blue';
let cluster: FakeCluster;

beforeEach(() => {
  const serving = { service: { type: 'ClusterIP' }, rollout: { strategy: 'RollingUpdate' } } as const;
  cluster = new FakeCluster(aModel({ serving }));
  train('v1');
  cluster.bringUp(BLUE);
  cluster.settle();
  cluster.log.length = 0;
});

function train(version: string): void {
  cluster.settle();
  cluster.finishJob(cluster.runningJob('retail-train'), aTrainResult(version));
  cluster.settle();
}

/** v2 passed, and the template is its own. */
function beginV2(): void {
  cluster.edit('another version', (spec) => (spec.training!.params.rounds = 300));
  train('v2');
}

function stallV2(): void {
  beginV2();
  cluster.replacePods(BLUE, 0);
  cluster.stall(BLUE);
  cluster.settle();
}

function finishRolling(): void {
  cluster.bringUp(BLUE);
  cluster.settle();
}

const deployment = () => cluster.stores.deployments.get(`shop/${BLUE}`)!;
const versionOfTemplate = () => deployment().spec.template.metadata.labels['stockout.dev/version'];
const deployments = () => Array.from(cluster.stores.deployments.values(), ({ metadata }) => metadata.name);

test('one Deployment goes from version to version, back while it is on its way, and over a version that does not come up', async () => {
  beginV2();
  cluster.replacePods(BLUE, 1);
  cluster.settle();
  cluster.edit('back to v1 half way', (spec) => (spec.promotion.version = 'v1'));
  cluster.settle();
  finishRolling();
  cluster.edit('and on to v2 again', (spec) => delete spec.promotion.version);
  cluster.settle();
  finishRolling();
  cluster.edit(
    'more memory than there is',
    ({ serving }) => (serving.resources = { limits: { memory: '1Ti' } }),
  );
  cluster.settle();
  cluster.replacePods(BLUE, 0);
  cluster.stall(BLUE);
  cluster.settle();
  finishRolling();
  expect(cluster.settle().chains.flat()).toEqual([]);
  cluster.edit('less memory', ({ serving }) => (serving.resources = { limits: { memory: '1Gi' } }));
  cluster.settle();
  finishRolling();
  await expect(cluster.log.join('\n')).toMatchFileSnapshot('rolling-update.golden.txt');
});

describe('while the pods are replaced', () => {
  beforeEach(beginV2);

  test('the version of before counts as serving, and the other one as the candidate', () => {
    cluster.replacePods(BLUE, 1);
    cluster.settle();
    expect(cluster.model.status).toMatchObject({ servingVersion: 'v1', candidateVersion: 'v2' });
    expect(cluster.condition('RolledOut')).toMatchObject({
      status: 'False',
      message: 'v2 replaces v1 pod by pod: 1 of 2 new pods of v2 are ready',
    });
  });

  test('what is gone back to stays on record, however few are kept', () => {
    cluster.edit('one version is kept', (spec) => {
      spec.versionHistoryLimit = 1;
      spec.training!.params.rounds = 400;
    });
    train('v3');
    const records = Array.from(cluster.stores.configMaps.values(), ({ metadata }) => metadata.name);
    expect(records).toContain('retail-v1');
  });

  test('a third version takes its place, and going back still leads to the first', () => {
    cluster.edit('a third', (spec) => (spec.training!.params.rounds = 400));
    train('v3');
    expect(versionOfTemplate()).toBe('v3');
    cluster.replacePods(BLUE, 0);
    cluster.stall(BLUE);
    cluster.settle();
    expect(versionOfTemplate()).toBe('v1');
  });

  test('more replicas are followed', () => {
    cluster.edit('three replicas', (spec) => (spec.serving.replicas = 3));
    cluster.settle();
    expect(deployment().spec.replicas).toBe(3);
    finishRolling();
    expect(cluster.serving).toBe('v2');
  });

  test('BlueGreen has to wait: what began goes on to its end', () => {
    cluster.edit('BlueGreen from now on', (spec) => (spec.serving.rollout.strategy = 'BlueGreen'));
    cluster.settle();
    expect(deployments()).toEqual([BLUE]);
    finishRolling();
    expect(cluster.serving).toBe('v2');
  });

  test('a Deployment that someone deletes comes back with the version that counted as serving', () => {
    cluster.stores.deployments.delete(deployment());
    cluster.edit('v1 is pinned', (spec) => (spec.promotion.version = 'v1'));
    cluster.settle();
    expect(versionOfTemplate()).toBe('v1');
  });

  test('marks that someone made unreadable are taken for none, and go with the next write', () => {
    const { metadata } = deployment();
    const annotations = { ...metadata.annotations, 'stockout.dev/rolled-from': '{' };
    cluster.put(cluster.stores.deployments, { ...deployment(), metadata: { ...metadata, annotations } });
    cluster.settle();
    expect(cluster.serving).toBe('v2');
    expect(deployment().metadata.annotations?.['stockout.dev/applied-hash']).toBeDefined();
  });
});

describe('a version whose pods do not come up', () => {
  beforeEach(stallV2);

  test('is given up: the template of before is back, and the condition says why and what to do', () => {
    expect(versionOfTemplate()).toBe('v1');
    finishRolling();
    expect(cluster.model.status).toMatchObject({ servingVersion: 'v1' });
    expect(cluster.condition('Stalled')).toMatchObject({
      reason: 'ProgressDeadlineExceeded',
      message:
        'v2 was given up after 600 s without progress, v1 keeps serving: 0 of 2 new pods of v2 are ready (to try again, change the spec of its pods, replicas or progressDeadlineSeconds, or remove the annotation stockout.dev/gave-up-on of the Deployment retail-blue)',
    });
  });

  test('is not tried again by a restart, by time, or by what has nothing to do with it', () => {
    finishRolling();
    cluster.pass(3600);
    cluster.edit('a longer window', ({ serving }) => (serving.rollout.rollbackWindowSeconds = 5));
    expect(cluster.settle().chains.flat()).toEqual([]);
  });

  test.each<[string, (spec: (typeof cluster.model)['spec']) => unknown]>([
    ['gets more time', ({ serving }) => (serving.rollout.progressDeadlineSeconds = 1200)],
    ['needs fewer pods', ({ serving }) => (serving.replicas = 1)],
    ['gets more memory', ({ serving }) => (serving.resources = { limits: { memory: '4Gi' } })],
  ])('is tried again when it %s', (_name, change) => {
    finishRolling();
    cluster.edit('the remedy', change);
    cluster.settle();
    expect(versionOfTemplate()).toBe('v2');
    finishRolling();
    expect(cluster.serving).toBe('v2');
    expect(deployment().metadata.annotations).not.toHaveProperty(['stockout.dev/gave-up-on']);
  });

  test('is tried again as the other color when the strategy is BlueGreen by then', () => {
    finishRolling();
    cluster.edit('BlueGreen', (spec) => (spec.serving.rollout.strategy = 'BlueGreen'));
    cluster.settle();
    expect(deployments()).toEqual([BLUE, 'retail-green']);
    cluster.bringUp('retail-green');
    cluster.settle();
    expect(cluster.serving).toBe('v2');
  });
});

test.each([
  ['while its pods are replaced', beginV2],
  ['while another version stands given up', stallV2],
])('the Service follows the spec %s', (_, begin) => {
  begin();
  cluster.edit('another port', ({ serving }) => (serving.service.port = 8080));
  cluster.settle();
  expect(cluster.stores.services.get('shop/retail')?.spec.ports[0]).toMatchObject({ port: 8080 });
  expect(cluster.serving).toBe('v1');
});

describe('the strategy of a model that serves', () => {
  test('changes to and fro without a write but the status', () => {
    for (const strategy of ['BlueGreen', 'RollingUpdate'] as const) {
      cluster.edit(strategy, (spec) => (spec.serving.rollout.strategy = strategy));
      expect(cluster.step().chains.flat()).toEqual([]);
    }
  });

  test('RollingUpdate takes away a candidate of the other color, and what serves goes on', () => {
    cluster.edit('BlueGreen', (spec) => (spec.serving.rollout.strategy = 'BlueGreen'));
    beginV2();
    expect(deployments()).toEqual([BLUE, 'retail-green']);
    cluster.edit('RollingUpdate', (spec) => (spec.serving.rollout.strategy = 'RollingUpdate'));
    cluster.settle();
    expect(deployments()).toEqual([BLUE]);
    finishRolling();
    expect(cluster.serving).toBe('v2');
  });

  test('TLS goes blue/green all the same, even half way: callers of one Service cannot meet both', () => {
    beginV2();
    cluster.replacePods(BLUE, 1);
    cluster.settle();
    cluster.edit('TLS', (spec) => (spec.serving.tls = { secretName: 'stockout-tls' }));
    cluster.settle();
    expect(deployments()).toEqual([BLUE, 'retail-green']);
    cluster.bringUp('retail-green');
    cluster.settle();
    expect(cluster.serving).toBe('v2');
    cluster.edit('back to v1 without TLS', (spec) => {
      delete spec.serving.tls;
      spec.promotion.version = 'v1';
    });
    cluster.settle();
    expect(cluster.serving).toBe('v2');
    cluster.bringUp(BLUE);
    cluster.settle();
    expect([cluster.serving, versionOfTemplate()]).toEqual(['v1', 'v1']);
  });

  test('RollingUpdate leaves the color of before alone until its window is over', () => {
    cluster.edit('BlueGreen', (spec) => (spec.serving.rollout.strategy = 'BlueGreen'));
    beginV2();
    cluster.bringUp('retail-green');
    cluster.settle();
    cluster.edit('RollingUpdate', (spec) => (spec.serving.rollout.strategy = 'RollingUpdate'));
    cluster.settle();
    expect(deployments()).toEqual([BLUE, 'retail-green']);
    cluster.pass(601);
    cluster.settle();
    expect(deployments()).toEqual(['retail-green']);
  });
});
