import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { connect } from '@stockout/localcluster/client';
import { kubectl } from '../api/kubectl.ts';
import { provideVolume, removeAll } from '../lifecycle/real-cluster.ts';
import type { Tier } from '../lifecycle/tier.ts';
import { startInstalled } from './installed-operator.ts';
import { startLoadBalancer } from './load-balancer.ts';
import { crashOnNode } from './on-node.ts';

/**
 * The cluster that run.sh or kind.sh started: its node runs our images in containers under the restricted Pod Security
 * Standard, the operator's among them, and callers reach them by the addresses of real Services.
 */
export async function startClusterTier(): Promise<Tier> {
  const kubeconfigPath = given('KUBECONFIG');
  const client = await connect(kubeconfigPath, 'cluster-tier');
  await kubectl([
    'label',
    'namespace',
    'default',
    '--overwrite',
    'pod-security.kubernetes.io/enforce=restricted',
  ]);
  const volumes = await mkdtemp(join(given('STOCKOUT_CLUSTER_VOLUMES'), 'tier-'));
  const balancer = startLoadBalancer(client, given('STOCKOUT_CLUSTER_BALANCERS'));
  return {
    kubeconfigPath,
    addressForPods: process.env['STOCKOUT_CLUSTER_HOST'],
    volume: (claim) => provideVolume(client, join(volumes, claim), claim),
    startOperator: startInstalled,
    crash: ({ name }) => crashOnNode(name),
    stop: async () => {
      await removeAll(client);
      await balancer.stop();
      client.close();
    },
  };
}

/** @throws Error when run.sh or kind.sh has not set it */
function given(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run this by npm run test:cluster or npm run test:kind`);
  return value;
}
