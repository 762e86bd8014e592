import { join } from 'node:path';
import process from 'node:process';
import type { FaultTier } from '../faults/lives.ts';
import { startPlayedTier } from '../faults/played-tier.ts';
import { writeOperatorKubeconfig } from './operator-account.ts';

/** The control plane that run.sh started, with pods that are played, and the operator's own rights. */
export const startRealPlayedTier = (): Promise<FaultTier> =>
  startPlayedTier(async (folder) => {
    const operatorKubeconfigPath = join(folder, 'operator.kubeconfig');
    await writeOperatorKubeconfig(operatorKubeconfigPath);
    const { KUBECONFIG: kubeconfigPath = '' } = process.env;
    return { kubeconfigPath, operatorKubeconfigPath, stop: () => Promise.resolve() };
  });
