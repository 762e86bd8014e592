import type { Kind } from '../raw/mapping.ts';
import type { FoundColumn } from '../raw/source-columns.ts';

/** Why rows are rejected, with the first of them. */
export interface RejectedRows {
  reason: string;
  rows: number;
  file: string;
  /** In its file, from 1. */
  row: number;
  /** At fault; null where no single one is. */
  value: string | null;
  /** What may be meant by it, and how to say it. */
  wayOut?: string;
}

export function withWayOut(
  reasons: readonly RejectedRows[],
  columns: readonly FoundColumn[],
): RejectedRows[] {
  return reasons.map((each) => {
    const wayOut = wayOutOf(each.reason, columns);
    return wayOut === undefined ? each : { ...each, wayOut };
  });
}

const DECIMALS = 'where a comma separates decimals, say so: --decimal-comma';
const NOT_A_NUMBER: Partial<Record<Kind, string>> = { price: DECIMALS, amount: DECIMALS, number: DECIMALS };

/** What may be meant by values that cannot be read, and how to say it; the reason is one of row-checks.ts. */
export function wayOutOf(reason: string, columns: readonly FoundColumn[]): string | undefined {
  const kind = columns.find(({ source }) => reason.startsWith(`${source} is n`))?.kind;
  if (kind === undefined) return undefined;
  if (reason.includes(' is not a date'))
    return 'where days are written otherwise, say how: --date-format %d/%m/%Y';
  if (reason.endsWith(' is not a number')) return NOT_A_NUMBER[kind];
  if (reason.endsWith(' is neither 0 nor 1'))
    return 'of a number make 0 and 1 in the spec: {column: NAME, above: "0"}';
  return undefined;
}
