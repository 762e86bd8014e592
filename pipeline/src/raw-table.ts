import { InputError, StockoutError } from '@stockout/contracts';
import { type DuckDB, REQUIRED_COLUMNS, quoteIdentifier } from '@stockout/features';
import {
  type StandardColumn,
  firstFailing,
  rawName,
  rowChecks,
  stagedValue,
  standardColumnsOf,
  toldReason,
} from './ingest/columns.ts';
import { speaksOfFile } from './ingest/source-file.ts';
import type { TableLocation } from './tables/log.ts';
import { duckdbType } from './tables/schema.ts';
import { type ExistingSnapshot, fieldsOfTable } from './tables/snapshot.ts';

/** On files that ingest wrote: each of their rows was judged, and held against the whole table. */
export const CHECKED_TAG = 'stockout.checked';

/**
 * The standard columns of a raw table, whoever wrote it.
 * @throws InputError that names the columns that are missing or of a wrong type
 */
export function rawColumns(raw: TableLocation, snapshot: ExistingSnapshot): StandardColumn[] {
  const fields = fieldsOfTable(snapshot);
  const names = fields.map(({ name }) => name);
  const missing = REQUIRED_COLUMNS.filter((column) => !names.includes(column));
  if (missing.length > 0) {
    throw new InputError(`table ${raw.name} lacks ${missing.join(', ')}: it has ${names.join(', ')}`);
  }
  const columns = fields.map((field) => ({ column_name: field.name, column_type: duckdbType(field) }));
  return standardColumnsOf(`table ${raw.name}`, columns, true);
}

/**
 * The raw rows as a SELECT of standard columns and types. Rows that did not come through ingest are checked first:
 * one that is there twice, or a flag of 7, would make features and labels wrong without a word.
 * @param relation the rows as they lie in the table
 * @throws InputError that says what is wrong with how many rows
 */
export async function selectRaw(
  db: DuckDB,
  raw: TableLocation,
  snapshot: ExistingSnapshot,
  relation: string,
): Promise<string> {
  const columns = rawColumns(raw, snapshot);
  const files = [...snapshot.files.values()];
  if (files.every(({ tags }) => tags?.[CHECKED_TAG] !== undefined)) return `SELECT * FROM ${relation}`;
  const typed = columns.map(
    (column) => `CAST(${stagedValue(column)} AS ${column.type}) AS ${quoteIdentifier(column.name)}`,
  );
  const select = `SELECT ${typed.join(', ')} FROM ${relation}`;
  const faults = [...(await badRows(db, columns, relation)), ...(await repeatedRows(db, select))];
  if (faults.length === 0) return select;
  throw new InputError(
    `table ${raw.name} has rows that cannot be used: ${faults.join(', ')}. Correct them, or fill the table with ` +
      '`stockout ingest`, which sets such rows aside',
  );
}

async function badRows(db: DuckDB, columns: readonly StandardColumn[], relation: string): Promise<string[]> {
  const raw = columns.map(({ name }) => `${quoteIdentifier(name)} AS ${quoteIdentifier(rawName(name))}`);
  const staged = columns.map((column) => `${stagedValue(column)} AS ${quoteIdentifier(column.name)}`);
  const found = await db.rows<{ reason: string; rows: number }>(
    `WITH valued AS (SELECT ${[...raw, ...staged].join(', ')} FROM ${relation}),
      judged AS (SELECT ${firstFailing(rowChecks(columns), toldReason)} AS reason FROM valued)
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
