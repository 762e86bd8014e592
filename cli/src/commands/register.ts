import type { Command } from 'commander';
import { type ManifestOptions, withManifestOptions } from '../common-options.ts';
import { readModel } from '../manifest-files.ts';
import { pipelineContext } from '../pipeline-context.ts';
import { withProgress } from '../progress.ts';
import { type Outcome, runCommand } from '../run-command.ts';

interface RegisterOptions extends ManifestOptions {
  versions: string[];
  champion?: string;
  challenger?: string;
}

/** What the operator's Jobs run. */
export function addRegister(program: Command): void {
  withManifestOptions(program.command('register', { hidden: true }))
    .description('shows versions in MLflow, and moves the aliases of the registered model')
    .option('--versions <version...>', 'versions to show', [])
    .option('--champion <version>', "what serves; 'none' takes the alias away")
    .option('--challenger <version>', "what is to follow it; 'none' takes the alias away")
    .action((options: RegisterOptions) => runCommand(options, (signal) => register(options, signal)));
}

async function register(options: RegisterOptions, signal: AbortSignal): Promise<Outcome> {
  const pipeline = await import('@stockout/pipeline');
  const model = await readModel(options.filename);
  const { versions, champion, challenger } = options;
  const aliases = {
    ...(champion !== undefined && { champion: aliased(champion) }),
    ...(challenger !== undefined && { challenger: aliased(challenger) }),
  };
  const result = await withProgress(`Register ${model.metadata.name}`, (report) =>
    pipeline.register(pipelineContext(model, options, signal, report), { versions, aliases }),
  );
  const lines = [
    ...result.versions.map(({ version, runId }) => `${version} is run ${runId}`),
    ...result.skipped.map(({ version, message }) => `warning: ${version} is passed over: ${message}`),
    ...Object.entries(result.aliases).map(([alias, version]) => `${alias} is ${version ?? 'nothing'}`),
  ];
  return { json: result, text: lines.join('\n'), result };
}

function aliased(version: string): string | null {
  return version === 'none' ? null : version;
}
