import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../../../test/conformance/until.ts';
import type { Condition, Job, KubeObject, Pod } from '../types.ts';
import { ControlPlane, podTemplate } from './control-plane.ts';
import { INDEX_KEY } from './job-indexes.ts';

interface KubeEvent extends KubeObject {
  type: string;
  reason: string;
}

let plane: ControlPlane;

beforeEach(() => {
  plane = new ControlPlane();
});

afterEach(() => plane.stop());

function createJob(spec: object = {}): void {
  const job = { backoffLimit: 0, template: podTemplate({}, { restartPolicy: 'Never' }), ...spec };
  plane.cluster.create('Job', 'default', { metadata: { name: 'once' }, spec: job });
}

const job = (): Job => plane.cluster.find<Job>('Job', 'default', 'once') as Job;
const pods = (): Pod[] => plane.cluster.list<Pod>('Pod', 'default');
const pod = (what: string): Promise<Pod> => until(what, () => pods()[0]);

/** As a node would: the pod is there, and in that phase. */
function become(found: Pod, phase: string): void {
  plane.cluster.patchStatus('Pod', found, { phase });
}

const podOfIndex = (index: number): Promise<Pod> =>
  until(`the pod of index ${index}`, () =>
    pods().find(
      (one) => one.metadata.annotations?.[INDEX_KEY] === String(index) && one.status?.phase === 'Pending',
    ),
  );

const condition = (type: string): Condition | undefined =>
  (job().status?.conditions as Condition[] | undefined)?.find((one) => one.type === type);

describe('Jobs', () => {
  it('are complete when their pod has succeeded, and are gone after their time to live', async () => {
    createJob({ ttlSecondsAfterFinished: 0 });
    become(await pod('the pod'), 'Succeeded');
    await until('it is gone', () => !plane.cluster.find('Job', 'default', 'once'));
    expect(pods()).toEqual([]);
  });

  it('of a ServiceAccount that is not there have no pod, say so in an Event, and go on once it is there', async () => {
    createJob({ template: podTemplate({}, { restartPolicy: 'Never', serviceAccountName: 'data' }) });
    const told = await until('it is told', () => plane.cluster.list<KubeEvent>('Event', 'default')[0]);
    expect(told).toMatchObject({
      type: 'Warning',
      reason: 'FailedCreate',
      message:
        'Error creating: pods "once-" is forbidden: error looking up service account default/data: serviceaccount "data" not found',
      involvedObject: { kind: 'Job', name: 'once' },
    });
    expect(pods()).toEqual([]);
    expect(job().status?.startTime).toBe('2026-01-01T00:00:00Z');
    plane.cluster.create('ServiceAccount', 'default', { metadata: { name: 'data' } });
    expect((await pod('the pod')).spec.serviceAccountName).toBe('data');
  });

  it('whose pods are refused fail at their deadline all the same', async () => {
    const template = podTemplate({}, { restartPolicy: 'Never', serviceAccountName: 'data' });
    createJob({ template, activeDeadlineSeconds: 60 });
    await until('it is told', () => plane.cluster.list('Event', 'default')[0]);
    plane.now += 60_000;
    await until('it has failed', () => condition('Failed')?.status === 'True');
    expect(condition('Failed')?.reason).toBe('DeadlineExceeded');
  });

  it('say that they are suspended, and when they go on again', async () => {
    createJob();
    await pod('the pod');
    plane.cluster.patch('Job', job(), { spec: { suspend: true } });
    await until('it is suspended', () => condition('Suspended')?.status === 'True');
    expect(pods()).toEqual([]);
    plane.now += 5000;
    plane.cluster.patch('Job', job(), { spec: { suspend: false } });
    await until('it goes on', () => condition('Suspended')?.status === 'False');
    expect(condition('Suspended')).toMatchObject({ reason: 'JobResumed', message: 'Job resumed' });
    expect(job().status?.startTime).toBe('2026-01-01T00:00:05Z');
    expect(pods()).toHaveLength(1);
  });

  it('fail with the reason when the backoff limit is exceeded', async () => {
    createJob();
    become(await pod('the pod'), 'Failed');
    await until('it has failed', () => condition('Failed')?.status === 'True');
    expect(condition('Failed')).toMatchObject({
      reason: 'BackoffLimitExceeded',
      message: 'Job has reached the specified backoff limit',
    });
  });
});

describe('Indexed Jobs', () => {
  const indexed = { completionMode: 'Indexed', completions: 3, parallelism: 2, backoffLimit: 1 };

  it('give each pod an index in its name, its host name, label, annotation and environment', async () => {
    createJob(indexed);
    const { metadata, spec } = await podOfIndex(1);
    expect(metadata.name).toMatch(/^once-1-[a-z0-9]{5}$/);
    expect(metadata.labels).toMatchObject({ [INDEX_KEY]: '1', 'job-name': 'once' });
    expect(spec.hostname).toBe('once-1');
    expect(spec.containers[0]?.env).toEqual([
      {
        name: 'JOB_COMPLETION_INDEX',
        valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: `metadata.labels['${INDEX_KEY}']` } },
      },
    ]);
  });

  it('work on the lowest indexes first, and on the next one when one is done', async () => {
    createJob(indexed);
    become(await podOfIndex(0), 'Succeeded');
    await podOfIndex(2);
    expect(job().status).toMatchObject({ succeeded: 1, completedIndexes: '0', active: 2 });
  });

  it('try an index again whose pod failed, and are complete when every index is done', async () => {
    createJob(indexed);
    become(await podOfIndex(1), 'Failed');
    for (const index of [1, 0, 2]) become(await podOfIndex(index), 'Succeeded');
    await until('it is complete', () => condition('Complete')?.status === 'True');
    expect(job().status).toMatchObject({ succeeded: 3, failed: 1, completedIndexes: '0-2' });
  });

  it('end pods of indexes that are not asked for any more, and work on those that are new', async () => {
    createJob({ ...indexed, completions: 2 });
    await podOfIndex(1);
    plane.cluster.patch('Job', job(), { spec: { completions: 1, parallelism: 1 } });
    await until('one is left', () => pods().length === 1);
    expect(pods()[0]?.metadata.annotations?.[INDEX_KEY]).toBe('0');
    plane.cluster.patch('Job', job(), { spec: { completions: 3, parallelism: 3 } });
    await podOfIndex(2);
    expect(pods()).toHaveLength(3);
  });
});
