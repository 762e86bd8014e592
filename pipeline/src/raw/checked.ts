import { quoteIdentifier } from '@stockout/features';
import { type FoundColumn, TABLE_DIALECT } from './source-columns.ts';
import { stagedValue, storedType } from './values.ts';

/** On files that ingest wrote: which columns were judged, row by row and against the whole table, and as what. */
const CHECKED_TAG = 'stockout.checked';

export function checkedTags(columns: readonly FoundColumn[]): Record<string, string> {
  return { [CHECKED_TAG]: JSON.stringify(columns.map(checkedAs)) };
}

/** Whether the rows of a file need no further look: a spec that has changed since may read them as something else. */
export function isChecked(
  tags: Record<string, string> | null | undefined,
  columns: readonly FoundColumn[],
): boolean {
  const checked: unknown = JSON.parse(tags?.[CHECKED_TAG] ?? '[]');
  if (!Array.isArray(checked)) return false;
  const found = new Set<unknown>(checked);
  return columns.every((column) => found.has(checkedAs(column)));
}

/** The SQL of a column of a raw table, as its staged type. */
export function tableValue(column: FoundColumn, checked: boolean): string {
  // What ingest wrote is trimmed already, and where it made the table of the right type.
  if (checked && column.type === storedType(column)) return quoteIdentifier(column.source);
  return stagedValue(column, TABLE_DIALECT);
}

function checkedAs({ source, kind, required }: FoundColumn): string {
  return `${kind}${required ? '!' : ''} ${source}`;
}
