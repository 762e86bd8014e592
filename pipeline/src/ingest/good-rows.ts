import { type DuckDB, quoteIdentifier } from '@stockout/features';
import type { FoundColumn } from '../raw/source-columns.ts';
import type { Placement } from './placement.ts';

/** What stands after SELECT: the rows that are appended. */
export const GOOD = `FROM staged
  WHERE reason IS NULL AND rowid NOT IN (SELECT id FROM repeated) AND rowid NOT IN (SELECT id FROM unfit)
    AND rowid NOT IN (SELECT id FROM known)`;

/** What is appended, as the raw table keeps it: under the names that the files have. */
export function goodRows({ columns }: Placement): string {
  const list = columns.map(({ name, value }) => `${value} AS ${quoteIdentifier(name)}`);
  return `SELECT ${list.join(', ')} ${GOOD}`;
}

/** Appended rows that have something to be told of a column, by the files' names. */
export interface ColumnRows {
  column: string;
  rows: number;
}

/** Sales and stocks below zero: kept, and told. */
export function countNegative(db: DuckDB, columns: readonly FoundColumn[]): Promise<ColumnRows[]> {
  const amounts = columns.filter(({ kind }) => kind === 'amount');
  return countWhere(
    db,
    amounts.map(({ source, alias }) => ({ column: source, condition: `${alias} < 0` })),
  );
}

/** Values of columns that no spec names which the table's types cannot hold: null there, and told. */
export function countLost(db: DuckDB, { losses }: Pick<Placement, 'losses'>): Promise<ColumnRows[]> {
  return countWhere(
    db,
    losses.map(({ column, lost }) => ({ column, condition: lost })),
  );
}

async function countWhere(
  db: DuckDB,
  asked: readonly { column: string; condition: string }[],
): Promise<ColumnRows[]> {
  if (asked.length === 0) return [];
  const counts = asked.map(({ condition }, i) => `count_if(${condition}) AS n${i}`);
  const [found] = await db.rows<Record<string, number>>(`SELECT ${counts.join(', ')} ${GOOD}`);
  return asked
    .map(({ column }, i) => ({ column, rows: found?.[`n${i}`] ?? 0 }))
    .filter(({ rows }) => rows > 0);
}
