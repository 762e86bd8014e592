import type { IngestResult } from '@stockout/pipeline';

/** A terminal is to be read, however wide the file is; --json has all. */
const MANY = 30;

export function few(names: readonly string[]): string[] {
  if (names.length <= MANY) return [...names];
  return [...names.slice(0, MANY), `and ${names.length - MANY} more (--json has all)`];
}

/** Columns that a table cannot have, a line each. */
export function describeLeftOut(leftOut: IngestResult['leftOut']): string[] {
  return few(leftOut.map(({ column, why }) => `left out: ${JSON.stringify(column)}, ${why}`));
}
