import { InputError } from '@stockout/contracts';
import { quoteIdentifier } from '@stockout/features';
import { tableValue } from './checked.ts';
import { type Mapping, type MappedColumn } from './mapping.ts';
import { firstFailing, rawName, rowChecks } from './row-checks.ts';
import { type FoundColumn, TABLE_DIALECT, mappedOf } from './source-columns.ts';
import { mappedValue, stagedValue } from './values.ts';

/** What runs the SQL: DuckDB or Spark, which read the same. */
export interface SqlEngine {
  rows<T>(sql: string): Promise<T[]>;
}

/** Rows of a raw table as they lie in it. */
export interface RawRelation {
  /** The table's name, for messages. */
  name: string;
  /** What stands after FROM. */
  sql: string;
  columns: readonly FoundColumn[];
  mapping: Mapping;
  /** Whether ingest has judged all of them. */
  checked: boolean;
}

/**
 * The raw rows as a SELECT of standard columns and types, covariates as DOUBLE under their own names: the one place
 * where the spec's columns are applied. Rows that did not come through ingest are checked first: one that is there
 * twice, or a flag of 7, would make features and labels wrong without a word.
 * @throws InputError that says what is wrong with how many rows
 */
export async function selectMapped(engine: SqlEngine, raw: RawRelation): Promise<string> {
  const values = mappedOf(raw.mapping, raw.columns).map((column) => mappedColumn(raw, column));
  const select = `SELECT ${values.join(', ')} FROM ${raw.sql}`;
  if (raw.checked) return select;
  const faults = [...(await badRows(engine, raw)), ...(await repeatedRows(engine, select))];
  if (faults.length === 0) return select;
  throw new InputError(
    `table ${raw.name} has rows that cannot be used: ${faults.join(', ')}. Correct them, or fill the table with ` +
      '`stockout ingest`, which sets such rows aside',
  );
}

function mappedColumn({ columns, checked }: RawRelation, column: MappedColumn): string {
  const source = columns.find(({ alias }) => alias === column.source.alias);
  const value = source === undefined ? 'NULL' : tableValue(source, checked);
  return `${mappedValue(column, value)} AS ${quoteIdentifier(column.name)}`;
}

async function badRows(engine: SqlEngine, { columns, sql }: RawRelation): Promise<string[]> {
  const raw = columns.map(({ source, alias }) => `${quoteIdentifier(source)} AS ${rawName(alias)}`);
  const staged = columns.map((column) => `${stagedValue(column, TABLE_DIALECT)} AS ${column.alias}`);
  const checks = rowChecks(columns, TABLE_DIALECT);
  // By its number: names of columns are the user's, and engines differ in how they quote text.
  const fault = firstFailing(checks, (check) => String(checks.indexOf(check)));
  const found = await engine.rows<{ fault: number; times: number }>(
    `WITH valued AS (SELECT ${[...raw, ...staged].join(', ')} FROM ${sql}),
      judged AS (SELECT ${fault} AS fault FROM valued)
      SELECT fault, count(*) AS times FROM judged WHERE fault IS NOT NULL
      GROUP BY fault ORDER BY times DESC, fault LIMIT 3`,
  );
  return found.map(({ fault: index, times }) => `${checks[index]?.reason} (${times} rows)`);
}

async function repeatedRows(engine: SqlEngine, select: string): Promise<string[]> {
  const [found] = await engine.rows<{ times: number }>(
    `SELECT CAST(coalesce(sum(times), 0) AS BIGINT) AS times FROM (
        SELECT count(*) - 1 AS times FROM (${select}) GROUP BY store_id, product_id, date HAVING count(*) > 1)`,
  );
  const times = found?.times ?? 0;
  return times === 0 ? [] : [`duplicate: another row has the same store, product and date (${times} rows)`];
}
