import type { Command } from 'commander';
import { type ManifestOptions, withManifestOptions } from '../common-options.ts';
import { readModel } from '../manifest-files.ts';
import { pipelineContext } from '../pipeline-context.ts';
import { withProgress } from '../progress.ts';
import { type Outcome, runCommand } from '../run-command.ts';

/** What the operator's Jobs run when a model of spec.deletionPolicy Delete is deleted. */
export function addRemoveVersions(program: Command): void {
  withManifestOptions(program.command('remove-versions', { hidden: true }))
    .description("removes all of a model's versions from storage; its tables stay")
    .action((options: ManifestOptions) => runCommand(options, (signal) => removeVersions(options, signal)));
}

async function removeVersions(options: ManifestOptions, signal: AbortSignal): Promise<Outcome> {
  const pipeline = await import('@stockout/pipeline');
  const model = await readModel(options.filename);
  const result = await withProgress(`Remove ${model.metadata.name}`, (report) =>
    pipeline.removeVersions(pipelineContext(model, options, signal, report)),
  );
  return { json: result, text: `${result.versions} versions removed, ${result.files} files`, result };
}
