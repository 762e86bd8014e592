import type { Operator } from '@stockout/operator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { watchTraffic } from '../api/traffic-watch.ts';
import { until } from '../conformance/until.ts';
import { conditionOf } from '../lifecycle/small-world.ts';
import { MODEL, RestoredCluster } from './restored-cluster.ts';

describe('an upgrade in the middle of a rollout', () => {
  let cluster: RestoredCluster;
  let operator: Operator | undefined;

  beforeAll(async () => {
    cluster = await RestoredCluster.start('rollout');
  }, 420_000);

  afterAll(async () => {
    await operator?.stop();
    await cluster?.stop();
  }, 180_000);

  it('begins while v1 serves and the pods of v2 come up', () => {
    const { model, deployments } = cluster.before;
    expect(model.status).toMatchObject({ servingVersion: 'v1', candidateVersion: 'v2' });
    expect(conditionOf(model, 'RolledOut')).toMatchObject({ status: 'False', reason: 'RollingOut' });
    expect(deployments).toHaveLength(2);
  });

  it('the rollout ends by one switch, with a ready pod at every moment; nothing is trained or put on record anew', async () => {
    const { before, client } = cluster;
    const traffic = await watchTraffic(client, MODEL);
    operator = await cluster.startOperator();
    const after = await until(
      'v2 serves, and what served before is gone',
      async () => {
        const now = await cluster.standing();
        const serves = now.model.status?.servingVersion === 'v2' && now.deployments.length === 1;
        return serves && conditionOf(now.model, 'Ready')?.status === 'True' ? now : undefined;
      },
      120,
    );
    const { colors, fewestReady } = await traffic.stop();
    expect(colors).toEqual([before.service?.color, after.service?.color]);
    expect(fewestReady).toBeGreaterThan(0);
    expect({ jobs: after.jobs, records: after.records }).toEqual({
      jobs: before.jobs,
      records: before.records,
    });
    expect(after.model.status?.versions).toEqual(before.model.status?.versions);
  });
});
