import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applyDefinitions } from '@stockout/cli/definitions';
import { connectKube } from '@stockout/cli/kube';
import { startLocalCluster } from '@stockout/localcluster';
import { connect } from '@stockout/localcluster/client';
import { readKubeconfig } from '../../localcluster/src/client/kubeconfig.ts';
import type { FaultTier } from './lives.ts';
import { PlayedNode } from './played-node.ts';

export interface Cluster {
  kubeconfigPath: string;
  /** Default: the same. */
  operatorKubeconfigPath?: string;
  stop(): Promise<void>;
}

/** A cluster with our kinds, and one node whose pods are played. @param startCluster given a folder of its own */
export async function startPlayedTier(
  startCluster: (folder: string) => Promise<Cluster>,
): Promise<FaultTier> {
  const folder = await mkdtemp(join(tmpdir(), 'stockout-faults-'));
  const cluster = await startCluster(folder);
  await applyDefinitions(connectKube(cluster.kubeconfigPath, new AbortController().signal));
  const client = await connect(cluster.kubeconfigPath, 'faults');
  const node = new PlayedNode(client, 'played');
  await node.start();
  return {
    client,
    access: await readKubeconfig(cluster.operatorKubeconfigPath ?? cluster.kubeconfigPath),
    node,
    folder,
    stop: async () => {
      await node.stop();
      client.close();
      await cluster.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export const startLocalTier = (): Promise<FaultTier> =>
  startPlayedTier((folder) => startLocalCluster({ stateDir: join(folder, 'cluster'), node: false }));
