import { allPassed } from '@stockout/contracts';
import type { Command } from 'commander';
import { type ManifestOptions, withManifestOptions } from '../common-options.ts';
import { readModel } from '../manifest-files.ts';
import { pipelineContext } from '../pipeline-context.ts';
import { metric, table } from '../print/table.ts';
import { runCommand } from '../run-command.ts';

export function addVersions(program: Command): void {
  withManifestOptions(program.command('versions'))
    .description('the versions in storage, newest first')
    .action((options: ManifestOptions) =>
      runCommand(options, async (signal) => {
        const pipeline = await import('@stockout/pipeline');
        const model = await readModel(options.filename);
        const json = await pipeline.versions(pipelineContext(model, options, signal, () => {}));
        const rows = json.versions.map((version) => [
          version.version,
          version.trainedAt,
          String(version.data.version),
          metric(version.metrics.auc),
          metric(version.metrics.f1),
          allPassed(version.gates) ? 'passed' : 'failed',
        ]);
        const text = table(['VERSION', 'TRAINED', 'DATA', 'AUC', 'F1', 'GATES'], rows);
        return { json, text: rows.length > 0 ? text : 'no version yet: stockout train makes one' };
      }),
    );
}
