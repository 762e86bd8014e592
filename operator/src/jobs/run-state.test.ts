import { expect, test } from 'vitest';
import type { Job } from '../api/kubernetes.ts';
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
