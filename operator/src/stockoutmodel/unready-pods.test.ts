import { expect, test } from 'vitest';
import { aModel, aTrainResult } from '../testing/builders.ts';
import { FakeCluster } from '../testing/fake-cluster.ts';
import { predictorPod } from '../testing/played-pods.ts';

const DAMAGED = 'failed: file:///models/v1/model.ubj is sha256:1, its manifest says sha256:2';

/** v1 is trained, and its pods run without getting ready. */
function unready(): FakeCluster {
  const cluster = new FakeCluster(aModel({ serving: { service: { type: 'ClusterIP' } } }));
  cluster.settle();
  cluster.finishJob(cluster.runningJob('retail-train'), aTrainResult('v1'));
  cluster.settle();
  cluster.bringUp('retail-blue', 0);
  addPod(cluster);
  return cluster;
}

function addPod(cluster: FakeCluster): void {
  const deployment = cluster.stores.deployments.get('shop/retail-blue');
  if (deployment === undefined) throw new Error('no Deployment');
  const pod = predictorPod(deployment, 0);
  for (const status of pod.status?.containerStatuses ?? []) status.ready = false;
  for (const condition of pod.status?.conditions ?? []) condition.status = 'False';
  cluster.put(cluster.stores.pods, pod);
}

const standing = (cluster: FakeCluster) =>
  cluster.settle().questions.filter(({ about }) => about === 'standing');

test('pods that run and are not ready are asked why, and the status says it', () => {
  const cluster = unready();
  expect(standing(cluster).map(({ pod }) => pod.name)).toEqual(['retail-blue-v1-0']);
  cluster.answers.standing = DAMAGED;
  cluster.settle();
  expect(cluster.condition('RolledOut')?.message).toBe(
    `v1 (blue) is on its way: 0 of 2 pods are ready: ${DAMAGED}`,
  );
});

test('what they said is the reason for which a candidate is given up', () => {
  const cluster = unready();
  cluster.answers.standing = DAMAGED;
  cluster.settle();
  cluster.stall('retail-blue');
  cluster.settle();
  expect(cluster.condition('RolledOut')).toMatchObject({ reason: 'ProgressDeadlineExceeded' });
  expect(cluster.condition('RolledOut')?.message).toContain(`0 of 2 pods are ready: ${DAMAGED}`);
});

test('pods that are ready are not asked', () => {
  const cluster = unready();
  cluster.bringUp('retail-blue');
  expect(standing(cluster)).toEqual([]);
});

test('pods of the version that serves are asked too, and the status says why nothing answers', () => {
  const cluster = unready();
  cluster.bringUp('retail-blue');
  cluster.settle();
  expect(cluster.serving).toBe('v1');
  cluster.pass(10_000);
  cluster.bringUp('retail-blue', 0);
  addPod(cluster);
  cluster.answers.standing = DAMAGED;
  cluster.settle();
  expect(cluster.condition('Ready')).toMatchObject({ status: 'False', reason: 'PredictorUnavailable' });
  expect(cluster.condition('Ready')?.message).toContain(DAMAGED);
});

test('a pod that does not come up beside one that serves is told of with its reason, and the model stays ready', () => {
  const cluster = unready();
  cluster.bringUp('retail-blue');
  cluster.settle();
  cluster.bringUp('retail-blue', 1);
  addPod(cluster);
  cluster.answers.standing = DAMAGED;
  cluster.settle();
  expect(cluster.condition('Ready')).toMatchObject({
    status: 'True',
    message: `v1 serves, 1 of 2 pods are ready: ${DAMAGED}`,
  });
});
