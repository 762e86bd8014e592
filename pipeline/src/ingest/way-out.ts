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

type Fault = Pick<RejectedRows, 'reason' | 'value'>;

export function withWayOut(
  reasons: readonly RejectedRows[],
  columns: readonly FoundColumn[],
): RejectedRows[] {
  return reasons.map((each) => {
    const wayOut = wayOutOf(each, columns);
    return wayOut === undefined ? each : { ...each, wayOut };
  });
}

/** What may be meant by values that cannot be read, and how to say it; the reason is one of row-checks.ts. */
export function wayOutOf({ reason, value }: Fault, columns: readonly FoundColumn[]): string | undefined {
  const column = columns.find(({ source }) => reason.startsWith(`${source} is n`));
  if (column === undefined) return undefined;
  if (reason.endsWith(' is not a date'))
    return 'where days are written otherwise, say how: --date-format %d/%m/%Y';
  if (reason.includes(' is not a date as '))
    return 'a file has its days in one way: bring the others into a file of their own, or correct --date-format';
  if (reason.endsWith(' is not a number')) return notANumber(value ?? '', column.kind);
  if (reason.endsWith(' is neither 0 nor 1'))
    return 'of a number make 0 and 1 in the spec: {column: NAME, above: "0"}';
  return undefined;
}

/** `value` is the first that could not be read. */
function notANumber(value: string, kind: Kind): string | undefined {
  if (kind === 'flag') return 'write 0 and 1, or false and true';
  if (!/\d/.test(value))
    return 'leave empty what is not known; where the column has words, name one of numbers in the spec';
  if (value.includes(',') && value.includes('.')) return 'leave out what separates thousands';
  if (value.includes(',')) return 'where a comma separates decimals, say so: --decimal-comma';
  if (value.includes('.'))
    return 'with --decimal-comma a point is no decimal: write 9,5, or leave the option out';
  return undefined;
}
