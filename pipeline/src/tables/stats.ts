import type { AddFile } from './actions.ts';
import type { Field } from './schema.ts';

/** One column of DuckDB's RETURN_STATS, as text. */
export type ColumnStatistics = ReadonlyMap<string, string>;

interface FileStats {
  numRecords: number;
  minValues: Record<string, string | number>;
  maxValues: Record<string, string | number>;
  nullCount: Record<string, number>;
  /** False where bounds were those of all rows in the file, of which some were deleted since. */
  tightBounds?: boolean;
}

/** Readers prune by these: a prefix is a lower bound of a long string, but not an upper one. */
const MAX_STRING = 64;
const WHOLE = new Set<unknown>(['long', 'integer', 'short', 'byte']);

/** A Delta file's `stats` from what DuckDB counted while writing it. A bound that is not certain is left out. */
export function deltaStats(
  rows: number,
  fields: readonly Field[],
  columns: ReadonlyMap<string, ColumnStatistics>,
): string {
  const stats: FileStats = { numRecords: rows, minValues: {}, maxValues: {}, nullCount: {} };
  for (const field of fields) {
    const column = columns.get(field.name);
    if (column === undefined) continue;
    const nulls = column.get('null_count');
    if (nulls !== undefined) stats.nullCount[field.name] = Number(nulls);
    const [min, max] = [bound(field, column, 'min'), bound(field, column, 'max')];
    if (min !== undefined) stats.minValues[field.name] = min;
    if (max !== undefined) stats.maxValues[field.name] = max;
  }
  return JSON.stringify(stats);
}

function bound({ type }: Field, column: ColumnStatistics, side: 'min' | 'max'): string | number | undefined {
  const text = column.get(side);
  if (text === undefined || column.get('has_nan') === 'true') return undefined;
  if (type === 'date') return text;
  if (type === 'string') {
    if (text.length <= MAX_STRING) return text;
    // Half a surrogate pair is not Unicode: other readers would refuse the whole log.
    return side === 'min' ? text.slice(0, MAX_STRING).replace(/[\uD800-\uDBFF]$/, '') : undefined;
  }
  const number = Number(text);
  if (WHOLE.has(type)) return Number.isSafeInteger(number) ? number : undefined;
  return (type === 'double' || type === 'float') && Number.isFinite(number) ? number : undefined;
}

export interface Bounds {
  min?: string | number;
  max?: string | number;
  /** Whether rows with these values are there; else all rows are between them. */
  tight: boolean;
}

/**
 * What a file's stats say about a column; undefined when it has none, as files of other writers may.
 * @param column under the name that data files have for it
 */
export function boundsOf(stats: string | null | undefined, column: string): Bounds | undefined {
  if (!stats) return undefined;
  const { numRecords, minValues, maxValues, tightBounds } = JSON.parse(stats) as Partial<FileStats>;
  if (numRecords == null) return undefined;
  const [min, max] = [minValues?.[column], maxValues?.[column]];
  return {
    // Those that a checkpoint has as columns are null where there are none.
    ...(min == null ? {} : { min }),
    ...(max == null ? {} : { max }),
    tight: tightBounds ?? true,
  };
}

/** How many rows of a file are in the table; undefined when its stats do not say it. */
export function rowsOf({ stats, deletionVector }: AddFile): number | undefined {
  if (!stats) return undefined;
  const { numRecords } = JSON.parse(stats) as Partial<FileStats>;
  return numRecords == null ? undefined : numRecords - (deletionVector?.cardinality ?? 0);
}
