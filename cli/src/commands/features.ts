import type { Command } from 'commander';
import { type ManifestOptions, withManifestOptions } from '../common-options.ts';
import { readModel } from '../manifest-files.ts';
import { pipelineContext } from '../pipeline-context.ts';
import { count } from '../print/table.ts';
import { withProgress } from '../progress.ts';
import { runCommand } from '../run-command.ts';

export function addFeatures(program: Command): void {
  withManifestOptions(program.command('features'))
    .description('raw table -> features table')
    .action((options: ManifestOptions) =>
      runCommand(options, async (signal) => {
        const { features } = await import('@stockout/pipeline');
        const model = await readModel(options.filename);
        const json = await withProgress('Features', (report) =>
          features(pipelineContext(model, options, signal, report)),
        );
        return {
          json,
          text: `${count(json.rows)} rows in version ${json.tableVersion} of the features table`,
        };
      }),
    );
}
