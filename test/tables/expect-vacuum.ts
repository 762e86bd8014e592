import type { DuckDB } from '@stockout/features';
import { expect } from 'vitest';
import type { TableLocation } from '../../pipeline/src/tables/log.ts';
import { neededFiles } from '../../pipeline/src/tables/needed-files.ts';
import { vacuumTable } from '../../pipeline/src/tables/vacuum-table.ts';
import { snapshotOf } from './table-world.ts';

/** Vacuums as if long after, and holds the folder to what the log needs: nothing beside it, nothing missing. */
export async function expectVacuumLeavesTheTableAlone(db: DuckDB, table: TableLocation): Promise<void> {
  const now = Date.now() + 1000;
  await vacuumTable(db, table, { now, retention: 0, dryRun: false });
  const stored = (await table.storage.list(table.path)).map(({ key }) => key);
  const needed = await neededFiles(db, table, await snapshotOf(db, table), now);
  expect(stored.filter((key) => !key.includes('/_delta_log/')).toSorted()).toEqual([...needed].toSorted());
  expect(await table.storage.leftovers(table.path)).toEqual([]);
}
