import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLocalCluster } from '@stockout/localcluster';
import { startOperator } from '@stockout/operator';
import { describeLifecycle } from './scenario.ts';
import { describeTrouble } from './trouble.ts';
import type { Tier } from './tier.ts';

async function startTier(): Promise<Tier> {
  const stateDir = await mkdtemp(join(tmpdir(), 'stockout-lifecycle-'));
  const cluster = await startLocalCluster({ stateDir });
  const { kubeconfigPath } = cluster;
  return {
    kubeconfigPath,
    volume: (claim) => Promise.resolve(join(stateDir, 'volumes', 'default', claim)),
    startOperator: () => startOperator({ kubeconfigPath, adminPort: 0 }),
    stop: async () => {
      await cluster.stop();
      await rm(stateDir, { recursive: true, force: true });
    },
  };
}

describeLifecycle('on localcluster', startTier);
describeTrouble('on localcluster', startTier);
