import type { Command } from 'commander';
import { type CommonOptions } from '../run-command.ts';
import { wholeNumber, withCommonOptions } from '../common-options.ts';
import { count } from '../print/table.ts';
import { withProgress } from '../progress.ts';
import { runCommand } from '../run-command.ts';

interface GenerateOptions extends CommonOptions {
  rows: number;
  seed: number;
  out: string;
}

export function addGenerate(program: Command): void {
  withCommonOptions(program.command('generate'))
    .description('write synthetic raw data as Parquet, any size')
    .requiredOption('--rows <n>', 'how many rows (store x product x day)', wholeNumber)
    .option('--seed <n>', 'the same seed gives the same data', wholeNumber, 42)
    .requiredOption('--out <file>', 'the Parquet file to write')
    .action((options: GenerateOptions) =>
      runCommand(options, async (signal) => {
        const { generate } = await import('@stockout/pipeline');
        const { rows, seed, out } = options;
        const json = await withProgress(`Generate ${count(rows)} rows`, (report) =>
          generate({ rows, seed, out, signal, report }),
        );
        return { json, text: `${count(json.rows)} rows in ${json.file}` };
      }),
    );
}
