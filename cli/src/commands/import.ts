import { allPassed, EXIT } from '@stockout/contracts';
import type { Command } from 'commander';
import { type ManifestOptions, withManifestOptions } from '../common-options.ts';
import { readModel } from '../manifest-files.ts';
import { pipelineContext } from '../pipeline-context.ts';
import { describeVersion } from '../print/describe-version.ts';
import { trainedJson } from '../print/trained-json.ts';
import { withProgress } from '../progress.ts';
import { recoverFirst, type RecoverFirstOptions, withRecoverFirst } from '../recover-first.ts';
import { type Outcome, runCommand } from '../run-command.ts';
import { gatesOption } from './train.ts';

interface ImportOptions extends ManifestOptions, RecoverFirstOptions {
  model: string;
  run?: string;
  against?: string;
  gates: 'enforce' | 'report';
}

export function addImport(program: Command): void {
  withRecoverFirst(withManifestOptions(program.command('import')))
    .description('a model that was trained elsewhere -> a new model version, evaluated and gated')
    .requiredOption(
      '--model <file-or-uri>',
      'an XGBoost model (.json, .ubj) as a file, file://, abfss://, s3:// or https://; or models:/name@alias and runs:/run/path of MLflow',
    )
    .option(
      '--run <id>',
      'names this import: tried again under the same name it goes on, never makes a second version',
    )
    .option('--against <version>', 'the serving version: both are scored on the same held-out rows')
    .addOption(gatesOption())
    .action((options: ImportOptions) => runCommand(options, (signal) => importModel(options, signal)));
}

async function importModel(options: ImportOptions, signal: AbortSignal): Promise<Outcome> {
  const pipeline = await import('@stockout/pipeline');
  const manifest = await readModel(options.filename);
  const { model, run, against } = options;
  const found = await recoverFirst(
    pipelineContext(manifest, options, signal, () => {}),
    options,
  );
  if (found !== undefined) return found;
  const imported = await withProgress(`Import ${manifest.metadata.name}`, (report) =>
    pipeline.importModel(pipelineContext(manifest, options, signal, report), { model, run, against }),
  );
  return {
    json: trainedJson(imported),
    text: describeVersion(imported),
    result: pipeline.toTrainResult(imported),
    exitCode: options.gates === 'report' || allPassed(imported.gates) ? EXIT.done : EXIT.gatesFailed,
  };
}
