import type { IngestResult } from '@stockout/pipeline';
import { count } from './table.ts';

/** What `stockout ingest` has done, for a terminal. */
export function describeIngest(result: IngestResult, table: string): string {
  const { rows, rejected, reasons, tableVersion, skipped, ignoredColumns } = result;
  const lines = [`${count(rows)} rows into version ${tableVersion} of ${table}`];
  if (rejected > 0) {
    lines.push(
      `${count(rejected)} rows rejected, they are in ${table}_rejected with file, number and reason:`,
    );
    lines.push(...reasons.map((each) => `  ${count(each.rows)} rejected: ${each.reason}`));
  }
  if (skipped.length > 0) lines.push(`ingested before, nothing appended again: ${skipped.join(', ')}`);
  if (ignoredColumns.length > 0) lines.push(`columns not read: ${ignoredColumns.join(', ')}`);
  return lines.join('\n');
}
