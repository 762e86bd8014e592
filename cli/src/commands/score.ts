import type { Command } from 'commander';
import { type ManifestOptions, withManifestOptions } from '../common-options.ts';
import { readScoringJob } from '../manifest-files.ts';
import { pipelineContext } from '../pipeline-context.ts';
import { count } from '../print/table.ts';
import { withProgress } from '../progress.ts';
import { type Outcome, runCommand } from '../run-command.ts';

interface ScoreOptions extends ManifestOptions {
  run?: string;
  modelVersion?: string;
}

export function addScore(program: Command): void {
  withManifestOptions(program.command('score'), 'a ScoringJob and its StockoutModel')
    .description('score the last days into the predictions table, exactly once')
    .option('--run <id>', 'names this run: tried again under the same name it never commits twice')
    .option(
      '--model-version <version>',
      'which version scores (default: spec.version, else the newest that passed)',
    )
    .action((options: ScoreOptions) => runCommand(options, (signal) => score(options, signal)));
}

async function score(options: ScoreOptions, signal: AbortSignal): Promise<Outcome> {
  const pipeline = await import('@stockout/pipeline');
  const { job, model } = await readScoringJob(options.filename);
  const { run, modelVersion } = options;
  const result = await withProgress(`Score ${job.metadata.name}`, (report) =>
    pipeline.score(pipelineContext(model, options, signal, report), job, { run, version: modelVersion }),
  );
  const { version, rows, atRisk, tableVersion, seconds } = result;
  return {
    json: { version, rows, atRisk, tableVersion, seconds },
    text:
      `${count(rows)} rows scored by ${version}, ${count(atRisk)} at risk: ` +
      `version ${tableVersion} of ${job.spec.output.table}`,
    result,
  };
}
