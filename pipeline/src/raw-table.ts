import { createHash } from 'node:crypto';
import { InputError, StockoutError } from '@stockout/contracts';
import { type DuckDB, quoteIdentifier } from '@stockout/features';
import { speaksOfFile } from './ingest/source-file.ts';
import { isChecked, tableValue } from './raw/checked.ts';
import { type DataSpec, type MappedColumn, mapColumns } from './raw/mapping.ts';
import { firstFailing, rawName, rowChecks, toldReason } from './raw/row-checks.ts';
import { type FoundColumn, TABLE_DIALECT, findColumns, mappedOf } from './raw/source-columns.ts';
import { mappedValue, stagedValue } from './raw/values.ts';
import type { TableLocation } from './tables/log.ts';
import { duckdbType } from './tables/schema.ts';
import { type ExistingSnapshot, fieldsOfTable } from './tables/snapshot.ts';

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
export function digestOfColumns(raw: RawTable, snapshot: ExistingSnapshot): string {
  return createHash('sha256')
    .update(JSON.stringify(rawColumns(raw, snapshot)))
    .digest('hex');
}

/**
 * The raw rows as a SELECT of standard columns and types, covariates as DOUBLE under their own names: the one place
 * where the spec's columns are applied. Rows that did not come through ingest are checked first: one that is there
 * twice, or a flag of 7, would make features and labels wrong without a word.
 * @param relation the rows as they lie in the table
 * @throws InputError that says what is wrong with how many rows
 */
export async function selectRaw(
  db: DuckDB,
  raw: RawTable,
  snapshot: ExistingSnapshot,
  relation: string,
): Promise<string> {
  const columns = foundColumns(raw, snapshot);
  const checked = [...snapshot.files.values()].every(({ tags }) => isChecked(tags, columns));
  const staged = new Map(columns.map((column) => [column.alias, tableValue(column, checked)]));
  const values = mappedOf(mapColumns(raw.spec), columns).map((column) => {
    const value = staged.get(column.source.alias) ?? 'NULL';
    return `${mappedValue(column, value)} AS ${quoteIdentifier(column.name)}`;
  });
  const select = `SELECT ${values.join(', ')} FROM ${relation}`;
  if (checked) return select;
  const faults = [...(await badRows(db, columns, relation)), ...(await repeatedRows(db, select))];
  if (faults.length === 0) return select;
  throw new InputError(
    `table ${raw.name} has rows that cannot be used: ${faults.join(', ')}. Correct them, or fill the table with ` +
      '`stockout ingest`, which sets such rows aside',
  );
}

function foundColumns(raw: RawTable, snapshot: ExistingSnapshot): FoundColumn[] {
  const columns = fieldsOfTable(snapshot).map((field) => ({
    column_name: field.name,
    column_type: duckdbType(field),
  }));
  return findColumns(`table ${raw.name}`, columns, mapColumns(raw.spec), TABLE_DIALECT);
}

async function badRows(db: DuckDB, columns: readonly FoundColumn[], relation: string): Promise<string[]> {
  const raw = columns.map(({ source, alias }) => `${quoteIdentifier(source)} AS ${rawName(alias)}`);
  const staged = columns.map((column) => `${stagedValue(column, TABLE_DIALECT)} AS ${column.alias}`);
  const found = await db.rows<{ reason: string; rows: number }>(
    `WITH valued AS (SELECT ${[...raw, ...staged].join(', ')} FROM ${relation}),
      judged AS (SELECT ${firstFailing(rowChecks(columns, TABLE_DIALECT), toldReason)} AS reason FROM valued)
      SELECT reason, count(*) AS rows FROM judged WHERE reason IS NOT NULL
      GROUP BY reason ORDER BY rows DESC, reason LIMIT 3`,
  );
  return found.map(({ reason, rows }) => `${reason} (${rows} rows)`);
}

async function repeatedRows(db: DuckDB, select: string): Promise<string[]> {
  const [found] = await db.rows<{ rows: number }>(
    `SELECT coalesce(sum(times), 0)::BIGINT AS rows FROM (
        SELECT count(*) - 1 AS times FROM (${select}) GROUP BY store_id, product_id, date HAVING count(*) > 1)`,
  );
  const rows = found?.rows ?? 0;
  return rows === 0 ? [] : [`duplicate: another row has the same store, product and date (${rows} rows)`];
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
