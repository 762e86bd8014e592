import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../../../test/conformance/until.ts';
import type { Pod, ReplicaSet } from '../types.ts';
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
});
