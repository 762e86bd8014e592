import { InputError } from '@stockout/contracts';
import type { Command } from 'commander';
import { type CommonOptions, type Outcome, runCommand } from '../run-command.ts';
import { withCommonOptions } from '../common-options.ts';
import { readModel } from '../manifest-files.ts';
import { pipelineContext } from '../pipeline-context.ts';
import { describeIngest } from '../print/describe-ingest.ts';
import { describeProfile } from '../print/describe-profile.ts';
import { withProgress } from '../progress.ts';

interface IngestOptions extends CommonOptions {
  filename?: string[];
  storage?: string;
  check?: boolean;
}

export function addIngest(program: Command): void {
  withCommonOptions(program.command('ingest <file...>'))
    .description('append Parquet or CSV files to the raw table, every row checked')
    .option('-f, --filename <file...>', 'manifest: a StockoutModel')
    .option('--storage <uri>', "instead of the manifest's storage.uri: where its tables are")
    .option('--check', 'write nothing, print a profile of the data')
    .action((files: string[], options: IngestOptions) =>
      runCommand(options, (signal) =>
        options.check ? check(files, signal) : ingest(files, options, signal),
      ),
    );
}

async function check(files: string[], signal: AbortSignal): Promise<Outcome> {
  const { checkFiles } = await import('@stockout/pipeline');
  const profile = await withProgress('Check', (report) => checkFiles(files, { signal, report }));
  const { rows, columns, gaps, rejected } = profile;
  return { json: { rows, columns, gaps, rejected }, text: describeProfile(profile) };
}

async function ingest(files: string[], options: IngestOptions, signal: AbortSignal): Promise<Outcome> {
  if (options.filename === undefined) {
    throw new InputError(
      '-f is missing: name the manifest whose raw table is meant, or --check the files alone',
    );
  }
  const pipeline = await import('@stockout/pipeline');
  const model = await readModel(options.filename);
  const result = await withProgress(
    `Ingest ${files.length === 1 ? files[0] : `${files.length} files`}`,
    (report) => pipeline.ingest(pipelineContext(model, options, signal, report), files),
  );
  const { rows, rejected, tableVersion } = result;
  return {
    json: { rows, rejected, tableVersion },
    text: describeIngest(result, model.spec.data.rawTable),
  };
}
