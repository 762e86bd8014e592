import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { connect } from '@stockout/localcluster/client';
import { kubectl } from '../api/kubectl.ts';
import { provideVolume, removeAll } from '../lifecycle/real-cluster.ts';
import type { Tier } from '../lifecycle/tier.ts';
import { startLoadBalancer } from './load-balancer.ts';

const NAMESPACE = ['--namespace', 'stockout-system'];
const OPERATOR = [...NAMESPACE, 'deployment/stockout-operator'];
const ITS_PODS = [...NAMESPACE, 'pod', '--selector', 'app.kubernetes.io/name=stockout-operator'];

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
    volume: (claim) => provideVolume(client, join(volumes, claim), claim),
    startOperator,
    stop: async () => {
      await removeAll(client);
      await balancer.stop();
      client.close();
    },
  };
}

/** The installation as a user does it. Applied again it starts what was stopped. */
async function startOperator(): Promise<{ stop(): Promise<void> }> {
  // By force: stopping it took the number of replicas over.
  await kubectl(['apply', '--server-side', '--force-conflicts', '-k', 'config/base']);
  await kubectl(['rollout', 'status', '--timeout=120s', ...OPERATOR]);
  return { stop: stopOperator };
}

/** Both replicas at once; their processes have ended then. */
async function stopOperator(): Promise<void> {
  await kubectl(['scale', '--replicas=0', ...OPERATOR]);
  await kubectl(['wait', '--for=delete', '--timeout=60s', ...ITS_PODS]);
}

/** @throws Error when run.sh or kind.sh has not set it */
function given(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run this by npm run test:cluster or npm run test:kind`);
  return value;
}
