import { expect, test } from 'vitest';
import { upcomingOf } from '../../outlook/index.ts';
import { aModel, aTrainResult } from '../../testing/builders.ts';
import { FakeCluster, podOf } from '../../testing/fake-cluster.ts';

const FULL = 'file:///var/lib/stockout is full: make room there and try again (ENOSPC)';
const AGAIN = 'it is tried again at 2026-11-23T12:10:00Z, or once its Job is deleted';

function failing(cause?: 'storage', training = {}): FakeCluster {
  const cluster = new FakeCluster(aModel({ training }));
  cluster.settle();
  const job = cluster.runningJob('retail-train');
  cluster.finishJob(job, { kind: 'failure', exitCode: 1, message: FULL, ...(cause && { cause }) });
  return cluster;
}

test('a training whose storage does not do its part waits, says so, and is run again after ten minutes', () => {
  const cluster = failing('storage');
  const plan = cluster.settle();
  const run = [...cluster.stores.jobs.values()][0]?.metadata.name;
  const message = `${run} failed: ${FULL} (${AGAIN})`;
  expect(cluster.condition('Trained')).toMatchObject({
    status: 'False',
    reason: 'StorageUnavailable',
    message,
  });
  expect(cluster.condition('Ready')).toMatchObject({
    status: 'False',
    reason: 'StorageUnavailable',
    message,
  });
  expect(cluster.condition('Reconciling')).toMatchObject({ reason: 'StorageUnavailable' });
  expect(cluster.condition('Stalled')).toBeUndefined();
  expect(plan.requeueAfterMs).toBe(600_000);

  cluster.pass(599);
  expect(cluster.settle().requeueAfterMs).toBe(1_000);
  cluster.pass(1);
  cluster.settle();
  expect(cluster.runningJob('retail-train').metadata.name).toBe(run);
  expect(cluster.condition('Trained')).toMatchObject({ reason: 'Training' });
  cluster.finishJob(cluster.runningJob('retail-train'), aTrainResult('v1'));
  cluster.settle();
  expect(cluster.condition('Trained')).toMatchObject({ status: 'True', reason: 'Trained' });
});

test('a Job that goes before the ten minutes are over is run again then, and so it is told', () => {
  const cluster = failing('storage', { ttlSecondsAfterFinished: 300 });
  expect(cluster.settle().requeueAfterMs).toBe(300_000);
  expect(cluster.condition('Trained')?.message).toContain('it is tried again at 2026-11-23T12:05:00Z');
  const jobs = [...cluster.stores.jobs.values()];
  expect(upcomingOf(cluster.model, { services: [], deployments: [], jobs }, cluster.now)).toEqual([
    { at: new Date('2026-11-23T12:05:00Z'), what: 'the training is run again: its storage may be back' },
  ]);
});

test('one that fails of itself is not run again', () => {
  const cluster = failing();
  cluster.settle();
  cluster.pass(6_000);
  expect(cluster.settle().chains.flat()).toEqual([]);
  expect(cluster.condition('Trained')).toMatchObject({ reason: 'TrainingFailed' });
});

test('one that is to run otherwise by now is run so at once', () => {
  const cluster = failing('storage');
  cluster.settle();
  cluster.edit('other credentials', (spec) => (spec.storage.secretRef = { name: 'stockout-other' }));
  cluster.settle();
  expect(cluster.condition('Trained')).toMatchObject({ reason: 'Training' });
});

test('a training that is tried again says why the pod before failed', () => {
  const cluster = new FakeCluster(aModel());
  cluster.settle();
  const job = cluster.runningJob('retail-train');
  const failure = { kind: 'failure', exitCode: 1, message: FULL, cause: 'storage' };
  cluster.put(cluster.stores.pods, podOf(job, 1, JSON.stringify(failure)));
  cluster.settle();
  expect(cluster.condition('Trained')).toMatchObject({
    reason: 'Training',
    message: `the training ${job.metadata.name} runs, after a pod of it failed: ${FULL}`,
  });
});
