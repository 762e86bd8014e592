import { expect, test } from 'vitest';
import { aTrainResult } from '../testing/builders.ts';
import type { FakeCluster } from '../testing/fake-cluster.ts';
import { aDriftCount } from '../testing/played-answers.ts';
import {
  drifting,
  FOUND,
  later,
  marks,
  MINUTES,
  MOVED,
  rollOut,
  served,
  train,
} from './played-drift.test-support.ts';

const DAYS = 86_400;

test('with retrain a version is trained once drift is found, of data that no version was trained on', () => {
  const cluster = served({ retrain: true });
  cluster.answers.drift = MOVED;
  cluster.settle();
  expect(trainings(later(cluster, 9 * MINUTES))).toEqual(['by the spec']);
  later(cluster, MINUTES);
  expect(trainings(cluster)).toEqual(['by the spec', '2026-11-23T12:10:00Z --unless-data-of v1']);
  expect(cluster.condition('DriftDetected')?.message).toBe(
    `${FOUND}; a version is trained if retail_stockout_data has data that none was trained on`,
  );
  train(cluster, 'v2', { dataVersion: 13 });
  rollOut(cluster, 'green');
  expect(cluster.serving).toBe('v2');
  expect(trainings(later(cluster, MINUTES))).toHaveLength(2);
});

test('without newer data nothing is trained, and it is looked for once a day while drift lasts', () => {
  const cluster = drifting(served({ retrain: true }));
  train(cluster, 'v1');
  expect(cluster.condition('Trained')).toMatchObject({
    status: 'True',
    message: expect.stringContaining('which was the newest at 2026-11-23T12:10:00Z'),
  });
  expect(trainings(later(cluster, DAYS - MINUTES))).toHaveLength(2);
  expect(trainings(later(cluster, MINUTES)).at(-1)).toBe('2026-11-24T12:10:00Z --unless-data-of v1');
  train(cluster, 'v1');
  cluster.answers.drift = aDriftCount();
  expect(trainings(later(cluster, 3 * DAYS))).toHaveLength(3);
  expect(marks(cluster)).toEqual([]);
});

test('a version that does not pass its gates is not trained again of the same data', () => {
  const cluster = drifting(served({ retrain: true }));
  train(cluster, 'v2', { dataVersion: 13, metrics: { ...aTrainResult('v2').metrics, auc: 0.5 } });
  expect(cluster.serving).toBe('v1');
  expect(trainings(later(cluster, DAYS)).at(-1)).toBe('2026-11-24T12:10:00Z --unless-data-of v2');
});

test('nothing is trained while training is suspended, and the condition says so', () => {
  const cluster = served({ retrain: true });
  cluster.edit('suspend', (spec) => (spec.training!.suspend = true));
  expect(trainings(drifting(cluster))).toEqual(['by the spec']);
  expect(cluster.condition('DriftDetected')?.message).toContain(
    'no training starts while spec.training.suspend is true',
  );
});

test('an imported model is not imported again', () => {
  const source = { uri: 'file:///data/model.ubj' };
  const cluster = drifting(served({ retrain: true }, { source, training: undefined }));
  expect(trainings(cluster)).toEqual(['by the spec']);
  expect(cluster.condition('DriftDetected')?.message).toContain('an imported model is not trained anew');
});

test('a training that runs when drift is over comes to its end', () => {
  const cluster = drifting(served({ retrain: true }));
  cluster.answers.drift = aDriftCount();
  later(cluster, MINUTES);
  train(cluster, 'v2', { dataVersion: 13 });
  expect(cluster.model.status?.latestVersion).toBe('v2');
  expect(cluster.condition('Trained')).toMatchObject({ status: 'True' });
});

test.each<[string, (cluster: FakeCluster) => void]>([
  ['nobody has answered a new operator yet', ({ answers }) => (answers.askedSince = undefined)],
  ['pods were replaced and have seen too few rows', ({ answers }) => (answers.drift = aDriftCount({}, 10))],
  ['somebody deleted the Deployment that serves', deleteDeployment],
])('one that failed stays failed, and is not run again, when %s', (_, change) => {
  const cluster = drifting(served({ retrain: true }));
  fail(cluster);
  const { log } = cluster;
  const before = cluster.condition('Trained');
  change(cluster);
  cluster.step();
  expect(cluster.condition('Trained')).toEqual(before);
  cluster.answers.askedSince = 0;
  cluster.answers.drift = MOVED;
  later(rollOut(cluster, 'blue'), MINUTES);
  expect(cluster.condition('Trained')).toEqual(before);
  expect(log.filter((line) => line.includes('the training failed for good'))).toHaveLength(1);
  expect(trainings(cluster)).toHaveLength(2);
});

test('one that failed is forgotten when drift is over: nothing asks for it any more', () => {
  const cluster = drifting(served({ retrain: true }));
  fail(cluster);
  cluster.answers.drift = aDriftCount();
  expect(later(cluster, MINUTES).condition('Trained')).toMatchObject({ status: 'True' });
  expect(trainings(cluster)).toHaveLength(2);
});

test('a failed training of the schedule does not hold up the one for drift that is found later', () => {
  const cluster = served({ retrain: true }, { training: { schedule: '5 12 * * *' } });
  later(cluster, 5 * MINUTES);
  fail(cluster);
  expect(trainings(drifting(cluster)).slice(1)).toEqual([
    '2026-11-23T12:05:00Z --unless-data-of v1',
    '2026-11-23T12:15:00Z --unless-data-of v1',
  ]);
});

test('a failed training of the schedule is not run again when drift, for which one failed as well, is over', () => {
  const cluster = served({ retrain: true }, { training: { schedule: '5 12 * * *' } });
  later(cluster, 5 * MINUTES);
  fail(cluster);
  const before = cluster.condition('Trained')?.message;
  fail(drifting(cluster));
  expect(cluster.condition('Trained')?.message).not.toBe(before);
  cluster.answers.drift = aDriftCount();
  expect(later(cluster, MINUTES).condition('Trained')?.message).toBe(before);
  expect(cluster.log.filter((line) => line.includes('the training failed for good'))).toHaveLength(2);
});

function deleteDeployment({ stores: { deployments } }: FakeCluster): void {
  deployments.delete(deployments.get('shop/retail-blue')!);
}

function fail(cluster: FakeCluster): void {
  const failure = { kind: 'failure' as const, exitCode: 2, message: 'no rows' };
  cluster.finishJob(cluster.runningJob('retail-train-'), failure);
  cluster.settle();
  expect(cluster.condition('Trained')).toMatchObject({ status: 'False', reason: 'TrainingFailed' });
}

const trainings = ({ stores }: FakeCluster): string[] =>
  [...stores.jobs.values()].map(({ metadata, spec }) =>
    `${metadata.annotations?.['stockout.dev/scheduled-for'] ?? 'by the spec'} ${spec.template.spec.containers[0]?.args.join(' ').match(/--unless-data-of \S+/)?.[0] ?? ''}`.trim(),
  );
