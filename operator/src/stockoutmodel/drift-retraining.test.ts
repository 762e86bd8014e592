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

const trainings = ({ stores }: FakeCluster): string[] =>
  [...stores.jobs.values()].map(({ metadata, spec }) =>
    `${metadata.annotations?.['stockout.dev/scheduled-for'] ?? 'by the spec'} ${spec.template.spec.containers[0]?.args.join(' ').match(/--unless-data-of \S+/)?.[0] ?? ''}`.trim(),
  );
