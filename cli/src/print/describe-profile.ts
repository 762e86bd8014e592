import type { Profile } from '@stockout/pipeline';
import { count, table } from './table.ts';

/** The profile of `stockout ingest --check` for a terminal. */
export function describeProfile({ rows, columns, gaps, rejected, reasons, ignoredColumns }: Profile): string {
  const lines = [
    `${count(rows)} rows would be ingested, ${count(rejected)} rejected`,
    ...reasons.map((each) => `  ${count(each.rows)} rejected: ${each.reason}`),
    `${count(gaps.series)} store x product, ${count(gaps.seriesWithGaps)} of them with ${count(gaps.missingDays)} missing days`,
    '',
    table(
      ['COLUMN', 'TYPE', 'NULLS', 'MIN', 'MAX'],
      columns.map(({ name, type, nulls, min, max }) => [name, type, count(nulls), show(min), show(max)]),
    ),
  ];
  if (ignoredColumns.length > 0) lines.push('', `not read: ${ignoredColumns.join(', ')}`);
  return lines.join('\n');
}

function show(value: string | number | null): string {
  return value === null ? '-' : String(value);
}
