import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../../../test/conformance/until.ts';
import type { Condition, Job, Pod } from '../types.ts';
import { ControlPlane, podTemplate } from './control-plane.ts';

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

const condition = (type: string): Condition | undefined =>
  (job().status?.conditions as Condition[] | undefined)?.find((one) => one.type === type);

describe('Jobs', () => {
  it('are complete when their pod has succeeded, and are gone after their time to live', async () => {
    createJob({ ttlSecondsAfterFinished: 0 });
    become(await pod('the pod'), 'Succeeded');
    await until('it is gone', () => !plane.cluster.find('Job', 'default', 'once'));
    expect(pods()).toEqual([]);
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
