import type { DuckDB } from '@stockout/features';
import { isChecked, tableValue } from '../raw/checked.ts';
import type { TableLocation } from '../tables/log.ts';
import { filesWithDays, openRelation } from '../tables/relation.ts';
import { duckdbType } from '../tables/schema.ts';
import { type Snapshot, exists, fieldsOfTable } from '../tables/snapshot.ts';
import type { Staged } from './stage.ts';

/** A table as it is, which may be that it does not exist yet. */
export interface MetTable {
  raw: TableLocation;
  snapshot: Snapshot;
}

/** Fills `known`: the rowids of rows whose store, product and day the table has. */
export async function findKnown(
  db: DuckDB,
  { firstDay, lastDay, columns }: Staged,
  table?: MetTable,
): Promise<void> {
  await db.run('CREATE OR REPLACE TEMP TABLE known (id BIGINT)');
  if (table === undefined || firstDay === null || lastDay === null) return;
  const { raw, snapshot } = table;
  if (!exists(snapshot)) return;
  const types = new Map(fieldsOfTable(snapshot).map((field) => [field.name, duckdbType(field)]));
  const keys = columns.filter(({ kind }) => kind === 'key' || kind === 'day');
  const day = keys.find(({ kind }) => kind === 'day')?.source;
  const files = filesWithDays(snapshot.files.values(), firstDay, lastDay, day);
  const checked = files.every(({ tags }) => isChecked(tags, keys));
  const values = keys.map((column) => {
    const inTable = { ...column, type: types.get(column.source) ?? column.type };
    return `${tableValue(inTable, checked)} AS ${column.alias}`;
  });
  await using relation = await openRelation(raw, snapshot, files);
  await db.run(
    `INSERT INTO known SELECT staged.rowid FROM staged SEMI JOIN (
        SELECT * FROM (SELECT ${values.join(', ')} FROM ${relation.sql})
        WHERE date BETWEEN DATE '${firstDay}' AND DATE '${lastDay}'
      ) AS existing USING (store_id, product_id, date) WHERE reason IS NULL`,
  );
}
