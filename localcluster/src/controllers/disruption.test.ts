import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../../../test/conformance/until.ts';
import type { Pod, PodDisruptionBudget } from '../types.ts';
import { ControlPlane, podTemplate } from './control-plane.ts';

const labels = { app: 'web' };
let plane: ControlPlane;

beforeEach(() => {
  plane = new ControlPlane();
  const spec = { replicas: 3, selector: { matchLabels: labels }, template: podTemplate(labels) };
  plane.cluster.create('Deployment', 'default', { metadata: { name: 'web' }, spec });
});

afterEach(() => plane.stop());

/** As a node would. */
async function makeReady(count: number): Promise<void> {
  const pods = await until('the pods', () => {
    const found = plane.cluster.list<Pod>('Pod', 'default');
    return found.length === 3 ? found : undefined;
  });
  const conditions = [{ type: 'Ready', status: 'True' }];
  for (const pod of pods.slice(0, count))
    plane.cluster.patchStatus('Pod', pod, { phase: 'Running', conditions });
}

const status = (): PodDisruptionBudget['status'] =>
  plane.cluster.find<PodDisruptionBudget>('PodDisruptionBudget', 'default', 'web')?.status;

describe('a PodDisruptionBudget', () => {
  it.each([
    ['minAvailable 2', { minAvailable: 2 }, 3, { desiredHealthy: 2, disruptionsAllowed: 1 }],
    [
      'minAvailable 50%, rounded up',
      { minAvailable: '50%' },
      3,
      { desiredHealthy: 2, disruptionsAllowed: 1 },
    ],
    ['maxUnavailable 1', { maxUnavailable: 1 }, 3, { desiredHealthy: 2, disruptionsAllowed: 1 }],
    [
      'maxUnavailable 50%, rounded up',
      { maxUnavailable: '50%' },
      3,
      { desiredHealthy: 1, disruptionsAllowed: 2 },
    ],
    [
      'maxUnavailable 1 when one is not ready',
      { maxUnavailable: 1 },
      2,
      { desiredHealthy: 2, disruptionsAllowed: 0 },
    ],
  ])('says how many pods may go: %s', async (_what, spec, ready, expected) => {
    await makeReady(ready);
    const selector = { matchLabels: labels };
    plane.cluster.create('PodDisruptionBudget', 'default', {
      metadata: { name: 'web' },
      spec: { selector, ...spec },
    });
    const told = await until('its status', () => (status()?.expectedPods === 3 ? status() : undefined));
    expect(told).toMatchObject({ ...expected, currentHealthy: ready });
    const [condition] = told?.conditions ?? [];
    const isAllowed = expected.disruptionsAllowed > 0;
    expect(condition).toMatchObject(
      isAllowed
        ? { status: 'True', reason: 'SufficientPods' }
        : { status: 'False', reason: 'InsufficientPods' },
    );
  });
});
