import { join } from 'node:path';
import process from 'node:process';
import { describeFaults } from '../faults/describe-faults.ts';
import { startPlayedTier } from '../faults/played-tier.ts';
import { writeOperatorKubeconfig } from './operator-account.ts';

describeFaults(
  'on a real API server',
  () =>
    startPlayedTier(async (folder) => {
      const operatorKubeconfigPath = join(folder, 'operator.kubeconfig');
      await writeOperatorKubeconfig(operatorKubeconfigPath);
      const { KUBECONFIG: kubeconfigPath = '' } = process.env;
      return { kubeconfigPath, operatorKubeconfigPath, stop: () => Promise.resolve() };
    }),
  { seeds: 1, kills: 8 },
);
