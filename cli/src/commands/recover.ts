import type { Command } from 'commander';
import { type ManifestOptions, wholeNumber, withManifestOptions } from '../common-options.ts';
import { readModel } from '../manifest-files.ts';
import { pipelineContext } from '../pipeline-context.ts';
import { recovered } from '../recover-first.ts';
import { type Outcome, runCommand } from '../run-command.ts';

interface RecoverOptions extends ManifestOptions {
  versions?: string[];
  newest?: number;
}

/** What the operator's Jobs run. */
export function addRecover(program: Command): void {
  withManifestOptions(program.command('recover', { hidden: true }))
    .description('tells of versions in storage, so that they can be put on record again')
    .option('--versions <version...>', 'versions to tell of before all others')
    .option('--newest <count>', 'how many of the newest others', wholeNumber)
    .action((options: RecoverOptions) => runCommand(options, (signal) => recover(options, signal)));
}

async function recover(options: RecoverOptions, signal: AbortSignal): Promise<Outcome> {
  const pipeline = await import('@stockout/pipeline');
  const model = await readModel(options.filename);
  const { versions, newest } = options;
  const context = pipelineContext(model, options, signal, () => {});
  const result = await pipeline.recover(context, { versions, newest });
  return recovered(result);
}
