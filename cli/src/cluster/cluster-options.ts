import type { Command } from 'commander';
import { withCommonOptions } from '../common-options.ts';
import type { CommonOptions } from '../run-command.ts';
import type { ClusterPlace } from './cluster.ts';

export interface ClusterOptions extends CommonOptions, ClusterPlace {}

/** -n and --context, as kubectl has them. */
export function withClusterOptions(command: Command): Command {
  return withCommonOptions(command)
    .option('-n, --namespace <namespace>', "default: that of kubeconfig's context")
    .option('--context <name>', 'of the kubeconfig; default: its current one');
}
