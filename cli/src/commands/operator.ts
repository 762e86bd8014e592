import type { Command } from 'commander';
import { wholeNumber, withCommonOptions } from '../common-options.ts';
import { type CommonOptions, runCommand } from '../run-command.ts';
import { aborted } from './serve.ts';

interface OperatorOptions extends CommonOptions {
  kubeconfig?: string;
  namespaces?: string[];
  adminPort: number;
  leaderElect: boolean;
}

export function addOperator(program: Command): void {
  withCommonOptions(program.command('operator'))
    .description('reconcile StockoutModels and ScoringJobs')
    .option('--kubeconfig <file>', 'default: $KUBECONFIG, or the service account of the pod')
    .option('--namespaces <namespace...>', 'watch only these (default: all)')
    .option('--admin-port <n>', '/metrics, /healthz, /readyz', wholeNumber, 8080)
    .option('--no-leader-elect', 'run without the Lease: only ever one operator')
    .action((options: OperatorOptions) =>
      runCommand(options, async (signal) => {
        const { startOperator } = await import('@stockout/operator');
        const { kubeconfig, namespaces, adminPort, leaderElect } = options;
        const operator = await startOperator({
          kubeconfigPath: kubeconfig,
          namespaces,
          adminPort,
          leaderElect,
        });
        await aborted(signal);
        await operator.stop();
        return {};
      }),
    );
}
