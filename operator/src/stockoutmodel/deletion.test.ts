import type { FailureResult, RemoveResult } from '@stockout/contracts';
import type { StockoutModel } from '@stockout/crds';
import { describe, expect, test } from 'vitest';
import { describeAction } from '../actions.ts';
import type { Job } from '../api/kubernetes.ts';
import { type DeletionPlan, planDeletion } from '../policies/records/deletion.ts';
import { buildRemovalJob } from '../resources/removal-job.ts';
import { buildTrainingJob } from '../resources/training-job.ts';
import { aModel, NOW, SETTINGS } from '../testing/builders.ts';
import { FakeCluster, podOf } from '../testing/fake-cluster.ts';
import { observeDeletion } from './observe-deletion.ts';

const FINALIZERS = ['example.com/theirs', 'stockout.dev/remove-versions'];
const FOLDER = 'file:///var/lib/stockout/models/shop/retail/';

function deletedModel(spec: Parameters<typeof aModel>[0] = {}): StockoutModel {
  const deletionTimestamp = NOW.toISOString();
  return aModel({ deletionPolicy: 'Delete', ...spec }, { deletionTimestamp, finalizers: FINALIZERS });
}

/** What is planned for it some seconds after it was deleted. */
function plan({ stores }: FakeCluster, seconds = 0): DeletionPlan {
  const observed = observeDeletion(stores, 'shop/retail');
  if (observed === undefined) throw new Error('not held');
  const { images, allowedNames } = SETTINGS;
  return planDeletion(observed, {
    now: new Date(NOW.getTime() + seconds * 1000),
    image: images.pipeline,
    allowedNames,
  });
}

const done = ({ actions }: DeletionPlan): string[] => actions.map(describeAction);

function addJob(cluster: FakeCluster, job: Job): Job {
  cluster.put(cluster.stores.jobs, job);
  return cluster.stores.jobs.get(`shop/${job.metadata.name}`)!;
}

function removal(cluster: FakeCluster, result?: RemoveResult | FailureResult): void {
  const job = addJob(cluster, buildRemovalJob(cluster.model, 'pipeline:test'));
  if (result !== undefined) cluster.finishJob(job, result);
}

function expectRelease(found: DeletionPlan): void {
  expect(found.actions).toHaveLength(1);
  expect(found.actions[0]).toMatchObject({
    verb: 'finalize',
    object: { metadata: { finalizers: ['example.com/theirs'] } },
  });
}

describe('spec.deletionPolicy', () => {
  test('Delete holds the model by a finalizer before anything is made; those of others stay', () => {
    const cluster = new FakeCluster(
      aModel({ deletionPolicy: 'Delete' }, { finalizers: ['example.com/theirs'] }),
    );
    cluster.settle();
    expect(cluster.log[0]).toBe('finalize StockoutModel retail: its versions are to go with it');
    expect(cluster.model.metadata.finalizers).toEqual(FINALIZERS);
  });

  test('Retain takes it away, and puts none', () => {
    const cluster = new FakeCluster(aModel({}, { finalizers: FINALIZERS }));
    cluster.settle();
    expect(cluster.model.metadata.finalizers).toEqual(['example.com/theirs']);
    const retained = new FakeCluster(aModel());
    retained.settle();
    expect(retained.model.metadata.finalizers).toBeUndefined();
  });
});

describe('a model that is deleted with its versions', () => {
  test('ends its training, waits for its pod, and has them removed by a Job', () => {
    const cluster = new FakeCluster(deletedModel());
    const training = { run: 'retail-train-1', against: undefined, image: 'pipeline:test' };
    const job = addJob(cluster, buildTrainingJob({ model: cluster.model, ...training }));
    expect(done(plan(cluster))).toEqual(['delete Job retail-train-1: the model is deleted']);

    cluster.stores.jobs.delete(job);
    const pod = { ...podOf(job, 0, ''), status: { phase: 'Running' } };
    cluster.put(cluster.stores.pods, pod);
    expect(plan(cluster)).toMatchObject({ actions: [], verdict: { reason: 'Deleting' } });

    cluster.stores.pods.delete(pod);
    expect(done(plan(cluster))).toEqual([
      'create Job retail-remove-versions: removes its versions from storage',
    ]);
  });

  test('goes once the Job is done', () => {
    const cluster = new FakeCluster(deletedModel());
    removal(cluster, { kind: 'remove', versions: 3, files: 12 });
    expectRelease(plan(cluster));
    expect(plan(cluster)).toMatchObject({
      left: undefined,
      verdict: { message: '3 versions of it went from storage' },
    });
  });

  test.each<[string, (cluster: FakeCluster) => void, number, RegExp]>([
    [
      'the Job failed for good',
      (cluster) => removal(cluster, { kind: 'failure', exitCode: 1, message: 'the storage does not answer' }),
      0,
      /the storage does not answer$/,
    ],
    ['the Job was not done in time', (cluster) => removal(cluster), 901, /not done within 900 s$/],
    ['no Job could be made in time', () => {}, 901, /not done within 900 s$/],
  ])('goes too when %s, and what is left is told', (_, happen, seconds, why) => {
    const cluster = new FakeCluster(deletedModel());
    happen(cluster);
    const found = plan(cluster, seconds);
    expectRelease(found);
    expect(found.left?.reason).toBe('VersionsLeft');
    expect(found.left?.message).toContain(
      `its versions are left in ${FOLDER}, delete that folder yourself: `,
    );
    expect(found.left?.message).toMatch(why);
  });

  test('is waited for no longer than the Job may take', () => {
    const cluster = new FakeCluster(deletedModel());
    removal(cluster);
    expect(plan(cluster, 100)).toMatchObject({ actions: [], requeueAfterMs: 800_000 });
  });

  test('is looked at again soon when the Job failed and its pod has said nothing', () => {
    const cluster = new FakeCluster(deletedModel());
    removal(cluster);
    cluster.finishJob(cluster.runningJob('retail-remove'), undefined);
    expect(plan(cluster)).toMatchObject({ actions: [], requeueAfterMs: 10_000 });
    expectRelease(plan(cluster, 10));
    expect(plan(cluster, 10).left?.message).toMatch(/retail-remove-versions failed$/);
  });

  test('goes at once when the spec says Retain by then, or names a Secret that it may not', () => {
    expectRelease(plan(new FakeCluster(deletedModel({ deletionPolicy: 'Retain' }))));
    const foreign = { persistentVolumeClaim: { claimName: 'of-somebody' } };
    const found = plan(new FakeCluster(deletedModel({ storage: foreign })));
    expectRelease(found);
    expect(found.left?.message).toContain('of-somebody');
  });

  test('is left to garbage collection when our finalizer does not hold it', () => {
    const gone = aModel({}, { deletionTimestamp: NOW.toISOString(), finalizers: ['example.com/theirs'] });
    const { stores } = new FakeCluster(gone);
    expect(observeDeletion(stores, 'shop/retail')).toBeUndefined();
  });
});
