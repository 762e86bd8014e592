import { relative } from 'node:path';
import process from 'node:process';
import type { Command } from 'commander';
import { wholeNumber, withCommonOptions } from '../common-options.ts';
import { type CommonOptions, runCommand } from '../run-command.ts';
import { aborted } from './serve.ts';

interface LocalOptions extends CommonOptions {
  state: string;
  port: number;
}

export function addLocal(program: Command): void {
  const local = program
    .command('local')
    .description('a Kubernetes API on this machine, with the operator in it');
  withCommonOptions(local.command('up'))
    .description('start it and stay until Ctrl-C')
    .option('--state <dir>', 'where its files are', '.stockout')
    .option('--port <n>', 'of the API (default: any free one)', wholeNumber, 0)
    .action((options: LocalOptions) =>
      runCommand(options, async (signal) => {
        const { startLocal } = await import('../local.ts');
        const { applyDefinitions } = await import('../definitions.ts');
        const { connectKube } = await import('../kube.ts');
        const cluster = await startLocal(options.state, { port: options.port, keepObjects: true });
        try {
          await applyDefinitions(connectKube(cluster.kubeconfigPath, signal));
          const kubeconfig = relative(process.cwd(), cluster.kubeconfigPath);
          process.stdout.write(`kubectl --kubeconfig ${kubeconfig} get som,sj\nCtrl-C ends it.\n`);
          await aborted(signal);
        } finally {
          await cluster.stop();
        }
        return {};
      }),
    );
  withCommonOptions(local.command('down'))
    .description('end the one that runs')
    .option('--state <dir>', 'where its files are', '.stockout')
    .action((options: LocalOptions) =>
      runCommand(options, async () => {
        const { stopLocal } = await import('../local.ts');
        return { text: await stopLocal(options.state) };
      }),
    );
}
