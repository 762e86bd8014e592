import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLocalCluster } from '@stockout/localcluster';
import { startOperator } from '@stockout/operator';
import { killPod } from './kill-pod.ts';
import type { Tier } from './tier.ts';

/** localcluster in a folder of its own. */
export async function startLocalTier(): Promise<Tier> {
  const stateDir = await mkdtemp(join(tmpdir(), 'stockout-lifecycle-'));
  const cluster = await startLocalCluster({ stateDir });
  const { kubeconfigPath } = cluster;
  return {
    kubeconfigPath,
    volume: (claim) => Promise.resolve(join(stateDir, 'volumes', 'default', claim)),
    startOperator: (now) => startOperator({ kubeconfigPath, adminPort: 0, now }),
    crash: ({ ip }) => killPod(ip),
    stop: async () => {
      await cluster.stop();
      await rm(stateDir, { recursive: true, force: true });
    },
  };
}
