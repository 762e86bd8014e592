import { InputError } from '@stockout/contracts';
import type { Command } from 'commander';
import { type ClusterOptions, withClusterOptions } from '../cluster/cluster-options.ts';
import { type Outcome, runCommand } from '../run-command.ts';

interface StatusOptions extends ClusterOptions {
  allNamespaces?: boolean;
}

export function addStatus(program: Command): void {
  withClusterOptions(program.command('status'))
    .description('what a model in the cluster does, why, and what happens next')
    .argument('[model]', 'default: every StockoutModel of the namespace')
    .option('-A, --all-namespaces', 'those of all namespaces')
    .action((model: string | undefined, options: StatusOptions) =>
      runCommand(options, () => status(model, options)),
    );
}

async function status(name: string | undefined, options: StatusOptions): Promise<Outcome> {
  if (options.allNamespaces && (name !== undefined || options.namespace !== undefined)) {
    throw new InputError('--all-namespaces shows every model: leave MODEL and --namespace out');
  }
  const { connectCluster } = await import('../cluster/cluster.ts');
  const { findModel, listModels, whereOf } = await import('../cluster/models.ts');
  const { lookAt } = await import('../status/sight.ts');
  const { reportOf } = await import('../status/report.ts');
  const { describeModel } = await import('../status/describe-model.ts');
  const cluster = connectCluster(options);
  const namespace = options.allNamespaces ? undefined : cluster.namespace;
  const models = name === undefined ? await listModels(cluster, namespace) : [await findModel(cluster, name)];
  const now = new Date();
  const reports = (await lookAt(cluster, namespace, models)).map((sight) => reportOf(sight, now));
  const [first] = reports;
  return {
    json: name !== undefined && first !== undefined ? first : { models: reports },
    text:
      first === undefined
        ? `no StockoutModel in ${whereOf(namespace)}: kubectl apply --server-side -f model.yaml makes one`
        : reports.map((report) => describeModel(report, now)).join('\n\n'),
  };
}
