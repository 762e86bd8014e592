import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLocalCluster } from '@stockout/localcluster';
import { startOperator } from '@stockout/operator';
import { expect, test } from 'vitest';
import { conditionOf, modelObject, SmallWorld } from '../../lifecycle/small-world.ts';
import { Gateway } from './gateway.ts';
import { ask, type World } from './world.ts';

const MINUTES = 60_000;

export function describeLifecycle(world: () => World): void {
  test(
    'MLflow that is away holds nothing up, is told by a Job once it is back, and what it shows can be imported again',
    async () => {
      const abort = new AbortController();
      await using tier = await startTier();
      await using gateway = await Gateway.to(world().server.uri);
      const cluster = await SmallWorld.begin(tier, abort.signal);
      await cluster.apply({
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'stockout-mlflow', namespace: 'default' },
        stringData: { MLFLOW_HTTP_REQUEST_MAX_RETRIES: '0' },
      });
      const mlflow = {
        trackingUri: gateway.uri,
        experiment: 'lifecycle',
        registeredModel: 'lifecycle',
        secretRef: { name: 'stockout-mlflow' },
      };
      await cluster.apply(modelObject('lifecycle', { spec: { tracking: { mlflow } } }));
      const served = await cluster.untilServing('lifecycle', 'v1');
      expect(conditionOf(served, 'Tracked')).toMatchObject({ status: 'False' });
      expect(served.status?.versions?.[0]).not.toHaveProperty('mlflowRunId');

      await gateway.open();
      const tracked = await cluster.untilModel('lifecycle', 'Tracked', 'Tracked');
      const runId = tracked.status?.versions?.[0]?.mlflowRunId ?? 'none';
      const { run } = await ask<{ run: { info: { status: string } } }>(
        world().server.uri,
        `runs/get?run_id=${runId}`,
      );
      expect(run.info.status).toBe('FINISHED');
      await expect
        .poll(async () => conditionOf(await cluster.model('lifecycle'), 'Tracked')?.message, {
          timeout: MINUTES,
          interval: 500,
        })
        .toContain('champion is v1');

      const source = { mlflow: { modelUri: 'models:/lifecycle@champion' } };
      const { training: _training, ...spec } = modelObject('imported').spec;
      await cluster.apply({ ...modelObject('imported'), spec: { ...spec, source, tracking: { mlflow } } });
      const imported = await cluster.untilServing('imported', 'v1');
      expect(imported.status?.versions?.[0]).toMatchObject({ digest: served.status?.versions?.[0]?.digest });
      expect(imported.status?.versions?.[0]?.mlflowRunId).toMatch(/^[0-9a-f]{32}$/);
      abort.abort();
    },
    6 * MINUTES,
  );
}

async function startTier() {
  const stateDir = await mkdtemp(join(tmpdir(), 'stockout-interop-'));
  const cluster = await startLocalCluster({ stateDir });
  const { kubeconfigPath } = cluster;
  const start = () => startOperator({ kubeconfigPath, adminPort: 0 });
  const operator = await start();
  return {
    kubeconfigPath,
    volume: (claim: string) => Promise.resolve(join(stateDir, 'volumes', 'default', claim)),
    startOperator: start,
    stop: () => cluster.stop(),
    [Symbol.asyncDispose]: async () => {
      await operator.stop();
      await cluster.stop();
      await rm(stateDir, { recursive: true, force: true });
    },
  };
}
