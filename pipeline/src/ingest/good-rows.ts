import { type DuckDB, quoteIdentifier } from '@stockout/features';
import type { FoundColumn } from '../raw/source-columns.ts';
import { storedType } from '../raw/values.ts';

const GOOD = `FROM staged
  WHERE reason IS NULL AND rowid NOT IN (SELECT id FROM repeated) AND rowid NOT IN (SELECT id FROM known)`;

/** What is appended, as the raw table keeps it: under the names that the files have. */
export function goodRows(columns: readonly FoundColumn[]): string {
  const list = columns.map(
    (column) => `CAST(${column.alias} AS ${storedType(column)}) AS ${quoteIdentifier(column.source)}`,
  );
  return `SELECT ${list.join(', ')} ${GOOD}`;
}

/** Appended rows whose sales or stocks are below zero, by the files' names: kept, and told. */
export interface NegativeRows {
  column: string;
  rows: number;
}

export async function countNegative(db: DuckDB, columns: readonly FoundColumn[]): Promise<NegativeRows[]> {
  const amounts = columns.filter(({ kind }) => kind === 'amount');
  if (amounts.length === 0) return [];
  const counts = amounts.map(({ alias }) => `count_if(${alias} < 0) AS ${alias}`);
  const [found] = await db.rows<Record<string, number>>(`SELECT ${counts.join(', ')} ${GOOD}`);
  return amounts
    .map(({ source, alias }) => ({ column: source, rows: found?.[alias] ?? 0 }))
    .filter(({ rows }) => rows > 0);
}
