import { describe, expect, it } from 'vitest';
import type { KubeEvent, Pod } from '../api/kubernetes.ts';
import { firstTrouble, lastWords, type Terminated } from './pod-state.ts';

type Waiting = { reason: string; message?: string };

const MISSING = 'MountVolume.SetUp failed for volume "api-keys" : secret "stockout-keys" not found';

const line = (message: string): string => JSON.stringify({ time: '2026-11-24T10:00:00Z', message });

describe('the last words of a container', () => {
  it.each([
    ['a failure that it left', line('not enough rows'), 'not enough rows'],
    ['the end of its log', `${line('read')}\nSegmentation fault\n`, 'read\nSegmentation fault'],
    ['nothing that is JSON by chance', 'null', 'null'],
    ['nothing', '', 'exit code 139'],
  ])('are %s', (_, message, words) => {
    expect(lastWords({ exitCode: 139, message } as Terminated)).toBe(words);
  });
});

describe('why a pod does not get going', () => {
  it('is nothing while its containers are created', () => {
    expect(firstTrouble([pod('a', { reason: 'ContainerCreating' })], () => [])).toBeUndefined();
  });

  it('is the newest Event that tells which volume cannot be had', () => {
    const events = [
      mountFailure('an older one', '2026-11-24T10:00:00Z'),
      mountFailure(MISSING, '2026-11-24T10:01:00Z'),
    ];
    expect(firstTrouble([pod('a', { reason: 'ContainerCreating' })], () => events)).toBe(
      `FailedMount: ${MISSING}`,
    );
    expect(firstTrouble([pod('a')], () => events)).toBe(`FailedMount: ${MISSING}`);
  });

  it('is not an Event of before, once its containers run', () => {
    const events = [mountFailure(MISSING, '2026-11-24T10:00:00Z')];
    const running = pod('a');
    running.status = { phase: 'Running', containerStatuses: [container({ running: {} })] };
    expect(firstTrouble([running], () => events)).toBeUndefined();
  });

  it('is what its container waits for, when that does not go away by itself', () => {
    const waiting = { reason: 'ImagePullBackOff', message: 'Back-off pulling image "x"' };
    expect(firstTrouble([pod('a', waiting)], () => [])).toBe('ImagePullBackOff: Back-off pulling image "x"');
  });

  it('is how its container ended just now, unless it had work that comes to an end', () => {
    const ended = pod('a');
    const terminated = { exitCode: 1, finishedAt: '2026-11-24T10:00:00Z' };
    ended.status = { phase: 'Running', containerStatuses: [container({ terminated })] };
    ended.metadata.ownerReferences = [ownedBy('Job')];
    expect(firstTrouble([ended], () => [])).toBeUndefined();
    ended.metadata.ownerReferences = [ownedBy('ReplicaSet')];
    expect(firstTrouble([ended], () => [])).toBe('its container ended: exit code 1');
    ended.metadata.deletionTimestamp = '2026-11-24T10:00:00Z';
    expect(firstTrouble([ended], () => [])).toBeUndefined();
  });

  describe('between two crashes', () => {
    it('is how the container ended before', () => {
      expect(firstTrouble([crashed('2026-11-24T10:00:00Z')], () => [])).toBe(
        'its container ended and was started again: out of memory: raise resources.limits.memory',
      );
    });

    it('is nothing that was over when it was ready again', () => {
      expect(firstTrouble([crashed('2026-11-24T12:00:00Z')], () => [])).toBeUndefined();
    });
  });

  it('is what the scheduler says of the nodes', () => {
    const message = '0/1 nodes are available: 1 node(s) had untolerated taint(s).';
    const pending = pod('a');
    const condition = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message };
    pending.status = { phase: 'Pending', conditions: [condition] };
    expect(firstTrouble([pending], () => [])).toBe(`Unschedulable: ${message}`);
  });

  it('is that of the first pod by name, so that the words do not change without a cause', () => {
    const pods = [
      pod('b', { reason: 'CreateContainerError', message: 'second' }),
      pod('a', { reason: 'CreateContainerError', message: 'first' }),
    ];
    expect(firstTrouble(pods, () => [])).toBe('CreateContainerError: first');
  });
});

function pod(name: string, waiting?: Waiting): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default' },
    status: { phase: 'Pending', ...(waiting ? { containerStatuses: [container({ waiting })] } : {}) },
  };
}

/** Its container runs, after it ended before. */
function crashed(readySince: string): Pod {
  const running = pod('a');
  const terminated = { exitCode: 137, reason: 'OOMKilled', finishedAt: '2026-11-24T10:00:00Z' };
  const again = {
    ...container({ running: { startedAt: '2026-11-24T10:00:10Z' } }),
    lastState: { terminated },
  };
  const conditions = [{ type: 'Ready', status: 'False', lastTransitionTime: readySince }];
  running.status = { phase: 'Running', conditions, containerStatuses: [again] };
  return running;
}

function ownedBy(kind: string) {
  return { apiVersion: 'v1', kind, name: 'owner', uid: 'owner', controller: true };
}

function container(state: object) {
  return { name: 'main', ready: false, restartCount: 0, state };
}

function mountFailure(message: string, lastTimestamp: string): KubeEvent {
  return { reason: 'FailedMount', message, lastTimestamp } as KubeEvent;
}
