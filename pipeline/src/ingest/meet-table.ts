import type { DuckDB } from '@stockout/features';
import { type MetTable, findKnown } from './known-rows.ts';
import { type Placement, findMisfits, placeColumns } from './placement.ts';
import type { Staged } from './stage.ts';

const NOWHERE: Placement = { columns: [], misfits: [], losses: [], lacking: [] };

/**
 * How staged rows go into a table: fills `unfit` and `known`, the rows that do not.
 * @param table without one, all rows that are good by themselves do
 * @throws InputError where the table lacks a column that tells its rows apart, or has one of a type that cannot be read
 */
export async function meetTable(db: DuckDB, staged: Staged, table?: MetTable): Promise<Placement> {
  const placement = table ? placeColumns(table.raw, table.snapshot, staged) : NOWHERE;
  await findMisfits(db, placement);
  await findKnown(db, staged, table);
  return placement;
}
