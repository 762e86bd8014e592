import type { IngestResult } from '@stockout/pipeline';
import { describeReason } from './describe-reason.ts';
import { listed } from './fit.ts';
import { describeLeftOut, describeLost, few } from './other-columns.ts';
import { count } from './table.ts';

/** What `stockout ingest` has done, for a terminal. */
export function describeIngest(result: IngestResult, table: string): string {
  const { rows, rejected, reasons, negative, tableVersion, skipped, keptColumns, lost, leftOut } = result;
  return [
    ...(rows + rejected === 0 && skipped.length > 0
      ? [`nothing to do: ${table} stays at version ${tableVersion}`]
      : [`${count(rows)} rows into version ${tableVersion} of ${table}`]),
    ...(rejected > 0 ? [`${count(rejected)} rows rejected, they are in ${table}_rejected:`] : []),
    ...reasons.flatMap(describeReason),
    ...negative.map((each) => `${count(each.rows)} rows with negative ${each.column}: kept, they are data`),
    ...skipped.map((each) => `${each.file}: already ingested, version ${each.tableVersion} has its rows`),
    ...(keptColumns.length > 0
      ? [listed('kept, though the spec does not name them:', few(keptColumns))]
      : []),
    ...lost.map(describeLost),
    ...describeLeftOut(leftOut),
  ].join('\n');
}
