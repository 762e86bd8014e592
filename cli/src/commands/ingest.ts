import { InputError } from '@stockout/contracts';
import type { IngestResult } from '@stockout/pipeline';
import type { Command } from 'commander';
import { type CommonOptions, type Outcome, runCommand } from '../run-command.ts';
import { withCommonOptions } from '../common-options.ts';
import { readModel } from '../manifest-files.ts';
import { pipelineContext } from '../pipeline-context.ts';
import { describeProfile } from '../print/describe-profile.ts';
import { count } from '../print/table.ts';
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
  return { json: profile, text: describeProfile(profile) };
}

async function ingest(files: string[], options: IngestOptions, signal: AbortSignal): Promise<Outcome> {
  if (options.filename === undefined) {
    throw new InputError(
      '-f is missing: name the manifest whose raw table is meant, or --check the files alone',
    );
  }
  const pipeline = await import('@stockout/pipeline');
  const model = await readModel(options.filename);
  const json = await withProgress(
    `Ingest ${files.length === 1 ? files[0] : `${files.length} files`}`,
    (report) => pipeline.ingest(pipelineContext(model, options, signal, report), files),
  );
  return { json, text: describeIngest(json, model.spec.data.rawTable) };
}

function describeIngest(result: IngestResult, table: string): string {
  const { rows, rejected, tableVersion, skipped, ignoredColumns } = result;
  const lines = [`${count(rows)} rows into version ${tableVersion} of ${table}`];
  if (rejected > 0) lines.push(`${count(rejected)} rows rejected: ${table}_rejected says why, row by row`);
  if (skipped.length > 0) lines.push(`ingested before, nothing appended again: ${skipped.join(', ')}`);
  if (ignoredColumns.length > 0) lines.push(`columns not read: ${ignoredColumns.join(', ')}`);
  return lines.join('\n');
}
