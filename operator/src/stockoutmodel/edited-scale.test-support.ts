import type { StockoutModel } from '@stockout/crds';
import { expect } from 'vitest';
import type { Deployment } from '../api/kubernetes.ts';
import type { FakeCluster } from '../testing/fake-cluster.ts';

type Autoscaling = NonNullable<StockoutModel['spec']['serving']['autoscaling']>;

/** Bounds that people give in the stories of edits, and none. */
export const AUTOSCALINGS: readonly (Autoscaling | undefined)[] = [
  undefined,
  { minReplicas: 2, maxReplicas: 4, targetCPUUtilizationPercentage: 70 },
  { minReplicas: 3, maxReplicas: 6, targetCPUUtilizationPercentage: 50 },
];

const targetOf = ({ stores }: FakeCluster): string | undefined =>
  stores.autoscalers.get('shop/retail')?.spec.scaleTargetRef.name;

/** The autoscaler, if any, writes the scale of what it scales, within its bounds. */
export function autoscale(cluster: FakeCluster, wanted: number): void {
  const autoscaler = cluster.stores.autoscalers.get('shop/retail');
  const target = targetOf(cluster);
  if (autoscaler === undefined || target === undefined) return;
  if (cluster.stores.deployments.get(`shop/${target}`) === undefined) return;
  const { minReplicas, maxReplicas } = autoscaler.spec;
  cluster.autoscale(target, Math.min(Math.max(wanted, minReplicas ?? 1), maxReplicas));
}

/** Once all has settled, and what is to serve serves. */
export function expectScaled(cluster: FakeCluster, serving: Deployment, story: string): void {
  const { autoscaling, replicas } = cluster.model.spec.serving;
  if (autoscaling === undefined) {
    expect(targetOf(cluster), `nothing scales\n${story}`).toBeUndefined();
    expect(serving.spec.replicas, `as many as the spec says\n${story}`).toBe(replicas);
    return;
  }
  expect(targetOf(cluster), `what serves is scaled\n${story}`).toBe(serving.metadata.name);
  const bounds = cluster.stores.autoscalers.get('shop/retail')?.spec;
  expect(bounds, story).toMatchObject({
    minReplicas: autoscaling.minReplicas,
    maxReplicas: autoscaling.maxReplicas,
  });
  expect(serving.spec.replicas, `letting go of the field leaves the pods\n${story}`).toBeGreaterThan(1);
}
