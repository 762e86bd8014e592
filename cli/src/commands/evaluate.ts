import { allPassed, EXIT } from '@stockout/contracts';
import type { Command } from 'commander';
import { type ManifestOptions, withManifestOptions } from '../common-options.ts';
import { readModel } from '../manifest-files.ts';
import { pipelineContext } from '../pipeline-context.ts';
import { describeSlices } from '../print/describe-slices.ts';
import { describeVersion } from '../print/describe-version.ts';
import { trainedJson } from '../print/trained-json.ts';
import { withProgress } from '../progress.ts';
import { type Outcome, runCommand } from '../run-command.ts';
import { gatesOption } from './train.ts';

interface EvaluateOptions extends ManifestOptions {
  version: string;
  against?: string;
  slices?: boolean;
  gates: 'enforce' | 'report';
}

export function addEvaluate(program: Command): void {
  withManifestOptions(program.command('evaluate'))
    .description('score a version again on its held-out rows and judge its gates')
    .requiredOption('--version <version>', 'the version to evaluate')
    .option('--against <version>', 'another version, scored on the same rows')
    .option('--slices', 'how good it is by store, week and sales too, for which it reads the training rows')
    .addOption(gatesOption())
    .action((options: EvaluateOptions) => runCommand(options, (signal) => evaluate(options, signal)));
}

async function evaluate(options: EvaluateOptions, signal: AbortSignal): Promise<Outcome> {
  const pipeline = await import('@stockout/pipeline');
  const model = await readModel(options.filename);
  const { version, against, slices } = options;
  const evaluated = await withProgress(`Evaluate ${version}`, (report) =>
    pipeline.evaluate(pipelineContext(model, options, signal, report), { version, against, slices }),
  );
  return {
    json: { ...trainedJson(evaluated), ...(evaluated.slices && { slices: evaluated.slices }) },
    text: [describeVersion(evaluated), ...(evaluated.slices ? [describeSlices(evaluated.slices)] : [])].join(
      '\n\n',
    ),
    ...(against !== undefined &&
      options.resultFile !== undefined && { result: pipeline.toEvaluateResult(evaluated, against) }),
    exitCode: options.gates === 'report' || allPassed(evaluated.gates) ? EXIT.done : EXIT.gatesFailed,
  };
}
