import type { Command } from 'commander';
import { type ManifestOptions, wholeNumber, withManifestOptions } from '../common-options.ts';
import { readModelAndJobs } from '../manifest-files.ts';
import { pipelineContext } from '../pipeline-context.ts';
import { count, table } from '../print/table.ts';
import { withProgress } from '../progress.ts';
import { type Outcome, runCommand } from '../run-command.ts';

interface VacuumOptions extends ManifestOptions {
  dryRun?: boolean;
  retentionHours: number;
  allowShortRetention?: boolean;
}

export function addVacuum(program: Command): void {
  withManifestOptions(program.command('vacuum'), 'a StockoutModel, and its ScoringJobs if you like')
    .description('remove files that no table version within the retention needs')
    .option('--dry-run', 'say what would be removed, and remove nothing')
    .option('--retention-hours <hours>', 'how long old versions can still be read', wholeNumber, 168)
    .option('--allow-short-retention', 'less than 168 hours: for who knows that nothing writes or reads')
    .action((options: VacuumOptions) => runCommand(options, (signal) => vacuum(options, signal)));
}

async function vacuum(options: VacuumOptions, signal: AbortSignal): Promise<Outcome> {
  const pipeline = await import('@stockout/pipeline');
  const { model, jobs } = await readModelAndJobs(options.filename);
  const { files, bytes, tables } = await withProgress('Vacuum', (report) =>
    pipeline.vacuum(pipelineContext(model, options, signal, report), { ...options, jobs }),
  );
  const rows = tables.map((each) => [each.table, count(each.files), count(each.bytes)]);
  const did = options.dryRun ? 'would be removed' : 'removed';
  return {
    json: { files, bytes },
    text: `${table(['TABLE', 'FILES', 'BYTES'], rows)}\n${count(files)} files, ${count(bytes)} bytes ${did}`,
  };
}
