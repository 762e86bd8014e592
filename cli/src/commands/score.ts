import { InputError, type ScoreResult, type ShardResult } from '@stockout/contracts';
import type { ScoringJob } from '@stockout/crds';
import { type Command, Option } from 'commander';
import { type ManifestOptions, wholeNumber, withManifestOptions } from '../common-options.ts';
import { readScoringJob } from '../manifest-files.ts';
import { pipelineContext } from '../pipeline-context.ts';
import { count } from '../print/table.ts';
import { withProgress } from '../progress.ts';
import { type Outcome, runCommand } from '../run-command.ts';

interface ScoreOptions extends ManifestOptions {
  run?: string;
  modelVersion?: string;
  shard?: number;
  replaces?: string[];
}

export function addScore(program: Command): void {
  withManifestOptions(program.command('score'), 'a ScoringJob and its StockoutModel')
    .description('score the last days into the predictions table, exactly once')
    .option('--run <id>', 'names this run: tried again under the same name it never commits twice')
    .option(
      '--model-version <version>',
      'which version scores (default: spec.version, else the newest that passed)',
    )
    .addOption(shardOption())
    .option('--replaces <run...>', 'earlier runs of the job, which may not commit once this one has')
    .action((options: ScoreOptions) => runCommand(options, (signal) => score(options, signal)));
}

/** Kubernetes tells it to the pods of an Indexed Job. */
function shardOption(): Option {
  return new Option(
    '--shard <index>',
    "score this one of the job's shards, from 0, beside those who score the others; needs --run",
  )
    .env('JOB_COMPLETION_INDEX')
    .argParser(wholeNumber);
}

async function score(options: ScoreOptions, signal: AbortSignal): Promise<Outcome> {
  const pipeline = await import('@stockout/pipeline');
  const { job, model } = await readScoringJob(options.filename);
  const { run, modelVersion: version, replaces } = options;
  const part = partOf(job, options);
  const result = await withProgress(`Score ${job.metadata.name}`, (report) => {
    const context = pipelineContext(model, options, signal, report);
    if (part === undefined) return pipeline.score(context, job, { run, version, replaces });
    return pipeline.scoreShard(context, job, part.shard, { run: part.run, version, replaces });
  });
  return result.kind === 'shard' ? partOutcome(result, job) : runOutcome(result, job);
}

/** Which part of which run is asked for; undefined: the whole. */
function partOf({ spec: { shards } }: ScoringJob, { run, shard: index }: ScoreOptions) {
  if (index === undefined) return undefined;
  if (index >= shards) {
    throw new InputError(`--shard ${index}: spec.shards is ${shards}, its shards are 0 to ${shards - 1}`);
  }
  if (run !== undefined) return { run, shard: { index, of: shards } };
  throw new InputError('--shard needs --run, the same for all shards: it is what makes them one run');
}

function runOutcome(result: ScoreResult, job: ScoringJob): Outcome {
  const { version, rows, atRisk, tableVersion, seconds } = result;
  return {
    json: { version, rows, atRisk, tableVersion, seconds },
    text:
      `${count(rows)} rows scored by ${version}, ${count(atRisk)} at risk: ` +
      `version ${tableVersion} of ${job.spec.output.table}`,
    result,
  };
}

function partOutcome(result: ShardResult, job: ScoringJob): Outcome {
  const { version, index, rows } = result;
  return {
    json: { version, shard: index, rows },
    text:
      `${count(rows)} rows of shard ${index} scored by ${version}: ` +
      `they are committed with the last of the ${job.spec.shards} shards`,
    result,
  };
}
