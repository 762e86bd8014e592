import { expect, it } from 'vitest';
import type { Pod } from '../api/kubernetes.ts';
import { endOfPod } from './pod-end.ts';

type Status = NonNullable<Pod['status']>;

const MESSAGE = 'The node was low on resource: memory. ';
const KILLED = { exitCode: 137, message: 'reading rows', finishedAt: '2026-11-28T10:00:00Z' };
const DISRUPTED = {
  type: 'DisruptionTarget',
  status: 'True',
  reason: 'PreemptionByScheduler',
  message: 'default-scheduler: preempting to accommodate a higher priority pod',
  lastTransitionTime: '2026-11-28T10:00:01Z',
};

function pod(status: Status, terminated?: object): Pod {
  const containerStatuses = [{ name: 'train', ready: false, restartCount: 0, state: { terminated } }];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'a', namespace: 'shop' },
    status: { ...(terminated && { containerStatuses }), ...status },
  } as Pod;
}

it.each<[string, Pod, string]>([
  [
    'was evicted, whatever its container said last',
    pod({ phase: 'Failed', reason: 'Evicted', message: MESSAGE, conditions: [DISRUPTED] }, KILLED),
    'Evicted: The node was low on resource: memory.',
  ],
  [
    'was evicted before its container was started',
    pod({ phase: 'Failed', reason: 'Evicted', message: MESSAGE }),
    'Evicted: The node was low on resource: memory.',
  ],
  [
    'had to make room for another',
    pod({ phase: 'Failed', conditions: [DISRUPTED] }, KILLED),
    'PreemptionByScheduler: default-scheduler: preempting to accommodate a higher priority pod',
  ],
  [
    'was killed for the memory that it took',
    pod({ phase: 'Failed' }, { ...KILLED, reason: 'OOMKilled' }),
    'out of memory: raise resources.limits.memory',
  ],
  ['failed by itself', pod({ phase: 'Failed' }, KILLED), 'reading rows'],
])('a pod that %s says so', (_, given, words) => {
  expect(endOfPod(given, 'train')).toMatchObject({ succeeded: false, words });
});

it('a pod that was to be evicted, and was done before, has done its work', () => {
  const done = { exitCode: 0, message: '{}', finishedAt: '2026-11-28T10:00:00Z' };
  const given = pod({ phase: 'Succeeded', conditions: [DISRUPTED] }, done);
  expect(endOfPod(given, 'train')).toMatchObject({ succeeded: true, message: '{}' });
});

it('a pod that goes on has not ended, though it is about to be evicted', () => {
  expect(endOfPod(pod({ phase: 'Running', conditions: [DISRUPTED] }), 'train')).toBeUndefined();
});

it.each([
  ['of its storage', '{"kind":"failure","exitCode":1,"message":"full","cause":"storage"}', true],
  ['of something else', '{"kind":"failure","exitCode":1,"message":"no rows"}', false],
  ['that is no result', 'storage', false],
])('a failure %s is told apart', (_, message, isOfStorage) => {
  const given = pod({ phase: 'Failed' }, { ...KILLED, exitCode: 1, message });
  expect(endOfPod(given, 'train')).toMatchObject({ isOfStorage });
});

it.each<[string, Pod, string]>([
  ['its disruption', pod({ phase: 'Failed', conditions: [DISRUPTED] }, KILLED), '2026-11-28T10:00:01Z'],
  ['the end of its container', pod({ phase: 'Failed', reason: 'Evicted' }, KILLED), KILLED.finishedAt],
  ['its beginning', pod({ phase: 'Failed', reason: 'Evicted' }), '2026-11-28T09:00:00Z'],
])('a pod that was taken away ended by the time of %s', (_, given, finishedAt) => {
  const metadata = { ...given.metadata, creationTimestamp: '2026-11-28T09:00:00Z' };
  expect(endOfPod({ ...given, metadata }, 'train')).toMatchObject({ finishedAt });
});
