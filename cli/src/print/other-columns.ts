import type { IngestResult } from '@stockout/pipeline';
import { listed } from './fit.ts';
import { count } from './table.ts';

/** A terminal is to be read, however wide the file is; --json has all. */
const MANY = 30;

export function few(names: readonly string[]): string[] {
  if (names.length <= MANY) return [...names];
  return [...names.slice(0, MANY), `and ${names.length - MANY} more (--json has all)`];
}

/** Columns that a table cannot have, by the reason. */
export function describeLeftOut(leftOut: IngestResult['leftOut']): string[] {
  const reasons = Map.groupBy(leftOut, ({ why }) => why);
  return [...reasons].flatMap(([why, columns]) => [
    listed('left out:', few(columns.map(({ column }) => JSON.stringify(column)))),
    `  ${why}`,
  ]);
}

export function describeLost({ column, rows }: IngestResult['lost'][number]): string {
  return `${count(rows)} values of ${column} do not fit the table's column: null there`;
}
