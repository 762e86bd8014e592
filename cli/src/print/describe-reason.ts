import type { Profile } from '@stockout/pipeline';
import { shortened } from './fit.ts';
import { count } from './table.ts';

/** Why rows are rejected, with the first of them and what may be meant. */
export function describeReason({
  reason,
  rows,
  file,
  row,
  value,
  wayOut,
}: Profile['reasons'][number]): string[] {
  const first = value === null ? '' : `: ${shortened(JSON.stringify(value), 24)}`;
  return [
    `  ${count(rows)} rejected: ${reason}`,
    `    first in row ${count(row)} of ${file}${first}`,
    ...(wayOut === undefined ? [] : [`    ${wayOut}`]),
  ];
}
