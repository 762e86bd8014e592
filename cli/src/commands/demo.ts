import type { Command } from 'commander';
import { withCommonOptions } from '../common-options.ts';
import { type CommonOptions, runCommand } from '../run-command.ts';

interface DemoOptions extends CommonOptions {
  keep?: boolean;
  real?: boolean;
  state: string;
}

export function addDemo(program: Command): void {
  withCommonOptions(program.command('demo'))
    .description('the whole story on this machine: no cluster, no Docker, no Python server')
    .option('--keep', 'stay until Ctrl-C, to look around')
    .option(
      '--real',
      'with real data: fresh products of 60 shops, hours out of stock, no price and no stock level',
    )
    .option('--state <dir>', 'where its files are', '.stockout')
    .action((options: DemoOptions) =>
      runCommand(options, async (signal) => {
        const { runDemo } = await import('../demo/run-demo.ts');
        const { FRESH_RETAIL, RETAIL } = await import('../demo/scene.ts');
        return runDemo({
          keep: options.keep === true,
          json: options.json === true,
          stateDir: options.state,
          scene: options.real ? FRESH_RETAIL : RETAIL,
          signal,
        });
      }),
    );
}
