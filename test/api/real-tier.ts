import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { startNodeAgent, startServiceProxy } from '@stockout/localcluster';
import { connect } from '@stockout/localcluster/client';
import { startOperator } from '@stockout/operator';
import { killPod } from '../lifecycle/kill-pod.ts';
import { provideVolume, removeAll } from '../lifecycle/real-cluster.ts';
import type { Tier } from '../lifecycle/tier.ts';
import { kubectl } from './kubectl.ts';
import { writeOperatorKubeconfig } from './operator-account.ts';
import type { Release } from './release.ts';

const NODE = 'local';
const BIN = fileURLToPath(new URL('../../node_modules/.bin', import.meta.url));
/** Made local to this machine by run.sh, as the part of the pod network that is this node's: another for each worker. */
const POD_ADDRESSES = `10.244.${process.env.VITEST_POOL_ID ?? 1}.0/24`;
const ENFORCE = 'pod-security.kubernetes.io/enforce';

export interface RealTierOptions {
  /** Which Pod Security Standard is enforced where the models are. */
  podSecurity?: 'privileged' | 'restricted';
  /** Whose programs run. Default: those of this repository. */
  release?: Release;
}

/**
 * The control plane that run.sh started, joined by this machine as a node that runs pods as processes, Services on
 * 127.0.0.1. Everything else (garbage collection, Jobs, Deployments, scheduling) is Kubernetes' own. The operator has the
 * ServiceAccount of config/base, and so the rights that it will have.
 */
export async function startRealTier(options: RealTierOptions = {}): Promise<Tier> {
  const { podSecurity = 'privileged', release } = options;
  const { KUBECONFIG: kubeconfigPath = '', STOCKOUT_API_STATE: state = '' } = process.env;
  const stateDir = await mkdtemp(join(tmpdir(), 'stockout-api-'));
  const client = await connect(kubeconfigPath, 'api-tier');
  const pki = (file: string): Promise<string> => readFile(join(state, 'pki', file), 'utf8');
  const [cert, key, clientCa] = await Promise.all(
    ['kubelet-server.crt', 'kubelet-server.key', 'ca.crt'].map(pki),
  );
  const operatorKubeconfig = join(stateDir, 'operator.kubeconfig');
  await writeOperatorKubeconfig(operatorKubeconfig, release?.objects);
  await kubectl(['label', 'namespace', 'default', '--overwrite', `${ENFORCE}=${podSecurity}`]);
  const proxy = await startServiceProxy({ kubeconfigPath });
  const agent = await startNodeAgent({
    kubeconfigPath,
    nodeName: NODE,
    stateDir,
    podAddresses: POD_ADDRESSES,
    binDir: release?.binDir ?? BIN,
    logs: { certificate: { cert: cert ?? '', key: key ?? '' }, clientCa: clientCa ?? '' },
  });
  return {
    kubeconfigPath,
    volume: (claim) => provideVolume(client, join(stateDir, 'volumes', claim), claim),
    startOperator: (now) =>
      release?.startOperator(operatorKubeconfig) ??
      startOperator({ kubeconfigPath: operatorKubeconfig, adminPort: 0, podNetwork: POD_ADDRESSES, now }),
    crash: ({ ip }) => killPod(ip),
    stop: async () => {
      await removeAll(client);
      await agent.stop();
      await proxy.stop();
      // Else what others deploy here is bound to a node that is gone, and never ends.
      await client.delete(`/api/v1/nodes/${NODE}`, {});
      client.close();
      await rm(stateDir, { recursive: true, force: true });
    },
  };
}
