import type { StockoutModel } from '@stockout/crds';
import { describe, expect, test } from 'vitest';
import { aModel, aTrainResult } from '../testing/builders.ts';
import { FakeCluster } from '../testing/fake-cluster.ts';

const HOUR = 3600;

/** A model that is trained at 03:00 UTC, whose first version was trained at noon of 23 November. */
function trainedOnce(
  spec: Parameters<typeof aModel>[0] = { training: { schedule: '0 3 * * *' } },
): FakeCluster {
  const model = aModel(
    { ...spec, promotion: { policy: 'Manual' } },
    { creationTimestamp: '2026-11-20T12:00:00Z' },
  );
  const cluster = new FakeCluster(model);
  cluster.settle();
  return train(cluster, 'v1');
}

function train(cluster: FakeCluster, version: string): FakeCluster {
  const job = cluster.runningJob('retail-train-');
  const scheduledFor = job.metadata.annotations?.['stockout.dev/scheduled-for'];
  const trainedAt = cluster.now.toISOString();
  const scheduled = scheduledFor === undefined ? {} : { scheduledFor };
  cluster.finishJob(job, aTrainResult(version, { trainedAt, ...scheduled }));
  cluster.settle();
  return cluster;
}

function later(cluster: FakeCluster, hours: number): FakeCluster {
  cluster.pass(hours * HOUR);
  cluster.settle();
  return cluster;
}

function jobsOf({ stores }: FakeCluster): { time: string | undefined; args: string }[] {
  return [...stores.jobs.values()].map(({ metadata, spec }) => ({
    time: metadata.annotations?.['stockout.dev/scheduled-for'],
    args: spec.template.spec.containers[0]?.args.join(' ') ?? '',
  }));
}

describe('a model with a schedule', () => {
  test('is trained at once, and says when it is trained again', () => {
    const { model } = trainedOnce();
    expect(model.status).toMatchObject({
      latestVersion: 'v1',
      nextTrainingTime: '2026-11-24T03:00:00Z',
    });
  });

  test('is trained at its time, unless the data is still that of its version', () => {
    const cluster = later(trainedOnce(), 14);
    expect(jobsOf(cluster)).toHaveLength(1);
    later(cluster, 1);
    const [, scheduled] = jobsOf(cluster);
    expect(scheduled?.time).toBe('2026-11-24T03:00:00Z');
    expect(scheduled?.args).toContain('--unless-data-of v1');
    train(cluster, 'v2');
    expect(cluster.model.status).toMatchObject({
      latestVersion: 'v2',
      nextTrainingTime: '2026-11-25T03:00:00Z',
    });
    expect(later(cluster, 1).condition('Trained')).toMatchObject({ status: 'True' });
    expect(jobsOf(cluster)).toHaveLength(2);
  });

  test('gets no version of data that it has one of, and is looked at again at the next time', () => {
    const cluster = later(trainedOnce(), 15);
    train(cluster, 'v1');
    expect(cluster.model.status?.versions?.map(({ name }) => name)).toEqual(['v1']);
    expect(cluster.condition('Trained')).toMatchObject({
      status: 'True',
      message: expect.stringContaining('which was the newest at 2026-11-24T03:00:00Z'),
    });
    later(cluster, 23);
    expect(jobsOf(cluster)).toHaveLength(2);
    expect(jobsOf(later(cluster, 1)).map(({ time }) => time)).toEqual([
      undefined,
      '2026-11-24T03:00:00Z',
      '2026-11-25T03:00:00Z',
    ]);
  });

  test('is trained once for all the times that nobody was there', () => {
    const cluster = later(trainedOnce(), 3 * 24);
    expect(jobsOf(cluster).map(({ time }) => time)).toEqual([undefined, '2026-11-26T03:00:00Z']);
    train(cluster, 'v2');
    expect(jobsOf(later(cluster, 1))).toHaveLength(2);
  });

  test('lets a training that takes longer than the schedule come to its end', () => {
    const cluster = later(trainedOnce({ training: { schedule: '0 * * * *' } }), 1);
    later(cluster, 2);
    expect(jobsOf(cluster).map(({ time }) => time)).toEqual([undefined, '2026-11-23T13:00:00Z']);
    train(cluster, 'v2');
    expect(cluster.model.status?.latestVersion).toBe('v2');
    expect(jobsOf(later(cluster, 1)).at(-1)?.time).toBe('2026-11-23T16:00:00Z');
  });

  test('tries again at the next time when a training failed', () => {
    const cluster = later(trainedOnce(), 15);
    const failure = { kind: 'failure' as const, exitCode: 2, message: 'no rows' };
    cluster.finishJob(cluster.runningJob('retail-train-'), failure);
    cluster.settle();
    expect(cluster.condition('Trained')).toMatchObject({ status: 'False', reason: 'TrainingFailed' });
    expect(jobsOf(later(cluster, 24)).at(-1)?.time).toBe('2026-11-25T03:00:00Z');
    expect(train(cluster, 'v2').condition('Trained')).toMatchObject({ status: 'True' });
  });

  test('is not trained by it while training is suspended, and stays trained', () => {
    const cluster = trainedOnce();
    cluster.edit('suspend', ({ training }) => {
      if (training !== undefined) training.suspend = true;
    });
    later(cluster, 48);
    expect(jobsOf(cluster)).toHaveLength(1);
    expect(cluster.condition('Trained')).toMatchObject({ status: 'True' });
    expect(cluster.model.status).not.toHaveProperty('nextTrainingTime');
  });

  test.each<[string, (spec: StockoutModel['spec']) => void]>([
    ['training is suspended', ({ training }) => (training!.suspend = true)],
    ['the schedule is taken away', ({ training }) => delete training!.schedule],
  ])('lets a training that runs come to its end when %s meanwhile', (what, change) => {
    const cluster = later(trainedOnce(), 15);
    const job = cluster.runningJob('retail-train-').metadata.name;
    cluster.edit(what, change);
    cluster.settle();
    expect(cluster.runningJob('retail-train-').metadata.name).toBe(job);
    train(cluster, 'v2');
    expect(cluster.model.status?.latestVersion).toBe('v2');
    expect(cluster.condition('Trained')).toMatchObject({ status: 'True' });
    expect(cluster.model.status).not.toHaveProperty('nextTrainingTime');
    expect(jobsOf(later(cluster, 48))).toHaveLength(2);
  });

  test('promises no time when its first training failed for good: its times ask for another version only', () => {
    const model = aModel({ training: { schedule: '0 3 * * *' } });
    const cluster = new FakeCluster(model);
    cluster.settle();
    expect(cluster.model.status).toHaveProperty('nextTrainingTime');
    const failure = { kind: 'failure' as const, exitCode: 2, message: 'no rows' };
    cluster.finishJob(cluster.runningJob('retail-train-'), failure);
    cluster.settle();
    expect(cluster.condition('Trained')).toMatchObject({ status: 'False', reason: 'TrainingFailed' });
    expect(cluster.model.status).not.toHaveProperty('nextTrainingTime');
    expect(jobsOf(later(cluster, 24))).toHaveLength(1);
  });

  test('keeps the version of its last time when the schedule is taken away', () => {
    const cluster = train(later(trainedOnce(), 15), 'v2');
    cluster.edit('no schedule', ({ training }) => {
      delete training?.schedule;
    });
    later(cluster, 48);
    expect(jobsOf(cluster)).toHaveLength(2);
    expect(cluster.condition('Trained')).toMatchObject({ status: 'True' });
  });

  test('is trained once, and then by its times, when its clock was a year ahead', () => {
    const cluster = trainedOnce();
    cluster.now = new Date('2027-11-23T12:00:00Z');
    cluster.settle();
    train(cluster, 'v2');
    cluster.now = new Date('2026-11-23T13:00:00Z');
    cluster.settle();
    // What was trained in the future says nothing of today: it is looked once whether there is other data.
    expect(jobsOf(cluster).at(-1)?.time).toBe('2026-11-23T03:00:00Z');
    train(cluster, 'v2');
    expect(jobsOf(later(cluster, 1))).toHaveLength(3);
    expect(jobsOf(later(cluster, 24)).at(-1)?.time).toBe('2026-11-24T03:00:00Z');
  });
});
