import { InputError } from '@stockout/contracts';
import type { SourceOptions } from '@stockout/pipeline';
import { type Command, Option } from 'commander';
import { type CommonOptions, type Outcome, runCommand } from '../run-command.ts';
import { withCommonOptions } from '../common-options.ts';
import { readModel } from '../manifest-files.ts';
import { pipelineContext } from '../pipeline-context.ts';
import { describeIngest } from '../print/describe-ingest.ts';
import { describeProfile } from '../print/describe-profile.ts';
import { withProgress } from '../progress.ts';

interface IngestOptions extends CommonOptions, SourceOptions {
  filename?: string[];
  storage?: string;
  check?: boolean;
}

export function addIngest(program: Command): void {
  withCommonOptions(program.command('ingest <file...>'))
    .description('append Parquet or CSV files to the raw table, every row checked')
    .option('-f, --filename <file...>', 'manifest: a StockoutModel')
    .option('--storage <uri>', "instead of the manifest's storage.uri: where its tables are")
    .option(
      '--check',
      'write nothing, print a profile of the data; with -f through its spec.data and beside its raw table',
    )
    .option('--delimiter <character>', 'of CSV (default: what the header has most of , ; tab and |)', asTab)
    .option('--quote <character>', 'around values of CSV (default: ")')
    .addOption(
      new Option('--encoding <name>', 'of CSV').choices(['utf-8', 'latin-1', 'utf-16']).default('utf-8'),
    )
    .option('--date-format <format>', 'of days that are text, such as %d/%m/%Y (default: 2025-12-31)')
    .option('--decimal-comma', 'in CSV 9,5 is nine and a half')
    .action((files: string[], options: IngestOptions) =>
      runCommand(options, (signal) =>
        options.check ? check(files, options, signal) : ingest(files, options, signal),
      ),
    );
}

function asTab(text: string): string {
  return text === 'tab' || text === '\\t' ? '\t' : text;
}

async function check(files: string[], options: IngestOptions, signal: AbortSignal): Promise<Outcome> {
  const { checkFiles } = await import('@stockout/pipeline');
  const model = options.filename && (await readModel(options.filename));
  const { columns, rows, gaps, rejected, ...more } = await withProgress('Check', (report) => {
    const context = model ? pipelineContext(model, options, signal, report) : { signal, report };
    return checkFiles(files, context, written(options));
  });
  return {
    json: { rows, columns, gaps, rejected, ...more },
    text: describeProfile({ rows, columns, gaps, rejected, ...more }),
  };
}

/** How the files are written. */
function written({ delimiter, quote, encoding, dateFormat, decimalComma }: IngestOptions): SourceOptions {
  return { delimiter, quote, encoding, dateFormat, decimalComma };
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
    (report) => pipeline.ingest(pipelineContext(model, options, signal, report), files, written(options)),
  );
  const { rows, rejected, tableVersion, ...more } = result;
  return {
    json: { rows, rejected, tableVersion, ...more },
    text: describeIngest(result, model.spec.data.rawTable),
  };
}
