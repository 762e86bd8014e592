import type { IngestResult } from '@stockout/pipeline';
import { listed } from './fit.ts';
import { count } from './table.ts';

/** What `stockout ingest` has done, for a terminal. */
export function describeIngest(result: IngestResult, table: string): string {
  const { rows, rejected, reasons, negative, tableVersion, skipped, ignoredColumns } = result;
  const lines = [`${count(rows)} rows into version ${tableVersion} of ${table}`];
  if (rejected > 0) {
    lines.push(
      `${count(rejected)} rows rejected, they are in ${table}_rejected with file, number and reason:`,
    );
    lines.push(...reasons.map((each) => `  ${count(each.rows)} rejected: ${each.reason}`));
  }
  lines.push(
    ...negative.map((each) => `${count(each.rows)} rows with negative ${each.column}: kept, they are data`),
  );
  if (skipped.length > 0) lines.push(`ingested before, nothing appended again: ${skipped.join(', ')}`);
  if (ignoredColumns.length > 0) lines.push(listed('columns not read:', ignoredColumns));
  return lines.join('\n');
}
