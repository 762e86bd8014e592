import type { Command } from 'commander';
import { type ClusterOptions, withClusterOptions } from '../cluster/cluster-options.ts';
import { type Outcome, runCommand } from '../run-command.ts';

export function addRetrain(program: Command): void {
  withClusterOptions(program.command('retrain'))
    .description('train a model in the cluster once more, though its spec is the same')
    .argument('<model>', 'the StockoutModel')
    .action((model: string, options: ClusterOptions) => runCommand(options, () => retrain(model, options)));
}

async function retrain(name: string, options: ClusterOptions): Promise<Outcome> {
  const { connectCluster } = await import('../cluster/cluster.ts');
  const { findModel } = await import('../cluster/models.ts');
  const { requestTraining } = await import('../cluster/request-training.ts');
  const cluster = connectCluster(options);
  const model = await findModel(cluster, name);
  const { requestedAt, heldBack } = await requestTraining(cluster, model);
  const but = heldBack === undefined ? '' : `, but ${heldBack}`;
  return {
    json: { model: name, namespace: model.metadata.namespace, requestedAt, heldBack: heldBack ?? null },
    text: `${name}: a training is asked for${but}; stockout status ${name} shows what becomes of it`,
  };
}
