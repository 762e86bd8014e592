import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../../../test/conformance/until.ts';
import type { Condition, Deployment, Pod, ReplicaSet } from '../types.ts';
import { ControlPlane, podTemplate } from './control-plane.ts';

let plane: ControlPlane;

beforeEach(() => {
  plane = new ControlPlane();
});

afterEach(() => plane.stop());

const pods = (): Pod[] => plane.cluster.list<Pod>('Pod', 'default');

describe('ReplicaSets', () => {
  it('let a pod go that lost their label, and make another one', async () => {
    plane.cluster.create('ReplicaSet', 'default', {
      metadata: { name: 'web' },
      spec: { replicas: 1, selector: { matchLabels: { app: 'web' } }, template: podTemplate({ app: 'web' }) },
    });
    const first = await until('the first pod', () => pods()[0]);
    plane.cluster.patch('Pod', first, { metadata: { labels: { app: null } } });
    await until('there is another', () => pods().length === 2);
    const orphan = plane.cluster.find<Pod>('Pod', 'default', first.metadata.name);
    expect(orphan?.metadata.ownerReferences).toBeUndefined();
    const set = () => plane.cluster.find<ReplicaSet>('ReplicaSet', 'default', 'web');
    await until('one is counted', () => set()?.status?.replicas === 1);
  });

  it('whose pods are refused say so, and so do their Deployments, until the pods are let in', async () => {
    plane.cluster.create('Deployment', 'default', {
      metadata: { name: 'web' },
      spec: {
        replicas: 1,
        selector: { matchLabels: { app: 'web' } },
        template: podTemplate({ app: 'web' }, { serviceAccountName: 'data' }),
      },
    });
    const failure = (): Condition | undefined =>
      (
        plane.cluster.find<Deployment>('Deployment', 'default', 'web')?.status?.conditions as
          Condition[] | undefined
      )?.find(({ type }) => type === 'ReplicaFailure');
    const told = await until('it is told', failure);
    expect(told).toMatchObject({ status: 'True', reason: 'FailedCreate' });
    expect(told.message).toMatch(
      /^pods "web-\w+-" is forbidden: error looking up service account default\/data: serviceaccount "data" not found$/,
    );
    expect(pods()).toEqual([]);
    plane.cluster.create('ServiceAccount', 'default', { metadata: { name: 'data' } });
    await until('a pod is there', () => pods()[0]);
    await until('nothing is refused any more', () => failure() === undefined);
  });
});
