import { expect, test } from 'vitest';
import type { Job, Pod } from '../api/kubernetes.ts';
import { buildTrainingJob } from '../resources/training-job.ts';
import { aModel, aTrainResult, SETTINGS } from '../testing/builders.ts';
import { podOf } from '../testing/fake-cluster.ts';
import { runStatesOf } from './run-state.ts';

const RESULT = JSON.stringify(aTrainResult('v1'));
const none = () => [];

test('the result is read from our container, whatever a mesh has injected before it', () => {
  const job = completed('uid-1');
  const pod = podOf(job, 0, RESULT);
  pod.status?.containerStatuses?.unshift({
    name: 'proxy',
    ready: false,
    restartCount: 0,
    state: { terminated: { exitCode: 0, message: 'bye' } },
  });
  expect(runStatesOf([job], [pod], none)[0]?.result).toMatchObject({ version: 'v1' });
});

test('a pod of the Job that had the name before says nothing about this one', () => {
  const before = podOf(completed('uid-1'), 0, RESULT);
  expect(runStatesOf([completed('uid-2')], [before], none)[0]?.result).toBe('Pending');
});

test('of pods that share a run the one that was last tells of the whole', () => {
  const job = completed('uid-1');
  const podSaying = (name: string, result: object) => {
    const pod = podOf(job, 0, JSON.stringify(result));
    return { ...pod, metadata: { ...pod.metadata, name } };
  };
  const part = podSaying('first', { kind: 'shard', run: 'a', version: 'v1', index: 0, rows: 7 });
  const whole = podSaying('last', aTrainResult('v1'));
  expect(runStatesOf([job], [part, whole], none)[0]?.result).toMatchObject({ version: 'v1' });
  // Its result is still to be seen.
  expect(runStatesOf([job], [part], none)[0]?.result).toBe('Pending');
});

const STORAGE = JSON.stringify({ kind: 'failure', exitCode: 1, message: 'full', cause: 'storage' });

test.each([
  ['whose tries are used up failed because of its storage', 'BackoffLimitExceeded', true],
  // The pod that hung was deleted: only the one before it is seen.
  ['that ran out of time did not, though a pod before did', 'DeadlineExceeded', false],
])('a Job %s', (_, reason, isOfStorage) => {
  const job = failed(reason);
  expect(runStatesOf([job], [podOf(job, 1, STORAGE)], none)[0]).toMatchObject({ isOfStorage });
});

test('a pod that was evicted last tells how the Job failed, though no condition says when', () => {
  const job = failed('BackoffLimitExceeded');
  const before = podOf(job, 1, STORAGE);
  const evicted: Pod = {
    ...before,
    metadata: { ...before.metadata, name: 'evicted', creationTimestamp: '2026-11-23T12:00:10Z' },
    status: { phase: 'Failed', reason: 'Evicted', message: 'low on disk' },
  };
  for (const pods of [
    [before, evicted],
    [evicted, before],
  ]) {
    expect(runStatesOf([job], pods, none)[0]).toMatchObject({
      lastWords: 'Evicted: low on disk',
      isOfStorage: false,
    });
  }
});

function failed(reason: string): Job {
  const condition = { type: 'Failed', status: 'True', reason, lastTransitionTime: '2026-11-24T12:00:00Z' };
  return { ...completed('uid-1'), status: { conditions: [condition] } };
}

function completed(uid: string): Job {
  const job = buildTrainingJob({
    model: aModel(),
    run: 'retail-train-1',
    against: undefined,
    image: SETTINGS.images.pipeline,
  });
  const condition = { type: 'Complete', status: 'True', lastTransitionTime: '2026-11-24T12:00:00Z' };
  return { ...job, metadata: { ...job.metadata, uid }, status: { conditions: [condition] } };
}
