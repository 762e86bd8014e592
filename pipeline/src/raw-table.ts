import { createHash } from 'node:crypto';
import { StockoutError } from '@stockout/contracts';
import type { DuckDB } from '@stockout/features';
import { speaksOfFile } from './ingest/unreadable.ts';
import { isChecked } from './raw/checked.ts';
import { type DataSpec, type MappedColumn, mapColumns } from './raw/mapping.ts';
import { selectMapped } from './raw/select.ts';
import { type FoundColumn, TABLE_DIALECT, findColumns, mappedOf } from './raw/source-columns.ts';
import type { TableLocation } from './tables/log.ts';
import { duckdbType } from './tables/schema.ts';
import { type ExistingSnapshot, fieldsOfTable } from './tables/snapshot.ts';
import { mappingMode } from './tables/stored-columns.ts';

/** A raw table, and what its columns are. */
export interface RawTable extends TableLocation {
  spec: DataSpec;
}

/**
 * The columns of a raw table, whoever wrote it, as the spec maps them: standard ones, then covariates.
 * @throws InputError that names the columns that are missing or of a wrong type
 */
export function rawColumns(raw: RawTable, snapshot: ExistingSnapshot): MappedColumn[] {
  return mappedOf(mapColumns(raw.spec), foundColumns(raw, snapshot));
}

/** Another one for each way to read the columns. */
export function digestOfColumns(columns: readonly MappedColumn[]): string {
  return createHash('sha256').update(JSON.stringify(columns)).digest('hex');
}

/** The raw rows by `selectMapped`, as DuckDB reads them. */
export async function selectRaw(
  db: DuckDB,
  raw: RawTable,
  snapshot: ExistingSnapshot,
  relation: string,
): Promise<string> {
  const columns = foundColumns(raw, snapshot);
  const checked = isCheckedTable(snapshot, columns);
  return selectMapped(db, { name: raw.name, sql: relation, columns, mapping: mapColumns(raw.spec), checked });
}

/** Whether ingest has judged all rows of a table, as these columns. */
export function isCheckedTable(snapshot: ExistingSnapshot, columns: readonly FoundColumn[]): boolean {
  // A mapped column may have had another name when it was.
  if (mappingMode(snapshot) !== 'none') return false;
  return [...snapshot.files.values()].every(({ tags }) => isChecked(tags, columns));
}

function foundColumns(raw: RawTable, snapshot: ExistingSnapshot): FoundColumn[] {
  const columns = fieldsOfTable(snapshot).map((field) => ({
    column_name: field.name,
    column_type: duckdbType(field),
  }));
  return findColumns(`table ${raw.name}`, columns, mapColumns(raw.spec), TABLE_DIALECT);
}

/** What is thrown instead of DuckDB's own words when a file of the table turns out to be damaged. */
export function explainedDamage(raw: TableLocation, cause: unknown): unknown {
  if (cause instanceof StockoutError || !speaksOfFile(cause)) return cause;
  const [line] = String((cause as Error).message).split('\n');
  return new StockoutError(
    `table ${raw.name} cannot be read, one of its files is damaged: restore it from a backup. (${line})`,
    { cause },
  );
}
