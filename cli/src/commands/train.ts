import { allPassed, EXIT } from '@stockout/contracts';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { type ManifestOptions, withManifestOptions } from '../common-options.ts';
import { readModel } from '../manifest-files.ts';
import { pipelineContext } from '../pipeline-context.ts';
import { describeVersion } from '../print/describe-version.ts';
import { trainedJson } from '../print/trained-json.ts';
import { withProgress } from '../progress.ts';
import { recoverFirst, type RecoverFirstOptions, withRecoverFirst } from '../recover-first.ts';
import { type Outcome, runCommand } from '../run-command.ts';

interface TrainOptions extends ManifestOptions, RecoverFirstOptions {
  run?: string;
  against?: string;
  unlessDataOf?: string;
  scheduledFor?: string;
  search?: number;
  gates: 'enforce' | 'report';
}

export function addTrain(program: Command): void {
  withRecoverFirst(withManifestOptions(program.command('train')))
    .description('features table -> a new model version, evaluated and gated')
    .option(
      '--run <id>',
      'names this training: tried again under the same name it goes on, never makes a second version',
    )
    .option('--against <version>', 'the serving version: both are scored on the same held-out rows')
    .option(
      '--unless-data-of <version>',
      'train nothing while there is no other data than this version of the same spec was trained on',
    )
    .addOption(new Option('--scheduled-for <time>', 'which time of the schedule asks for it').hideHelp())
    .addOption(searchOption())
    .addOption(gatesOption())
    .action((options: TrainOptions) => runCommand(options, (signal) => train(options, signal)));
}

function searchOption(): Option {
  return new Option(
    '--search <settings>',
    'tries so many settings of training.params on validation rows, and trains with the best',
  ).argParser(parseSettings);
}

function parseSettings(text: string): number {
  if (/^[1-9][0-9]{0,3}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('give a whole number of settings, 1 to 9999');
}

export function gatesOption(): Option {
  return new Option(
    '--gates <mode>',
    'enforce: exit 3 when a gate fails; report: exit 0, the operator judges',
  )
    .choices(['enforce', 'report'])
    .default('enforce');
}

function unchanged(version: string, { unlessDataOf }: TrainOptions): string {
  return version === unlessDataOf ? `There is no other data than that of ${version}: it stays.\n` : '';
}

async function train(options: TrainOptions, signal: AbortSignal): Promise<Outcome> {
  const pipeline = await import('@stockout/pipeline');
  const model = await readModel(options.filename);
  const { run, against, unlessDataOf, scheduledFor, search } = options;
  const found = await recoverFirst(
    pipelineContext(model, options, signal, () => {}),
    options,
  );
  if (found !== undefined) return found;
  const trained = await withProgress(`Train ${model.metadata.name}`, (report) =>
    pipeline.train(pipelineContext(model, options, signal, report), {
      run,
      against,
      unlessDataOf,
      scheduledFor,
      search,
    }),
  );
  return {
    json: trainedJson(trained),
    text: unchanged(trained.version, options) + describeVersion(trained),
    result: pipeline.toTrainResult(trained),
    exitCode: options.gates === 'report' || allPassed(trained.gates) ? EXIT.done : EXIT.gatesFailed,
  };
}
