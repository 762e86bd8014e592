import { type DuckDB, quoteIdentifier } from '@stockout/features';
import { relationAt } from '../../../pipeline/src/engines/spark/tables.ts';
import type { Spark } from '../../../pipeline/src/engines/spark/connect/session.ts';
import type { TableLocation } from '../../../pipeline/src/tables/log.ts';
import { fieldsOfTable } from '../../../pipeline/src/tables/snapshot.ts';
import { rowsOf, snapshotOf } from '../../tables/table-world.ts';
import { asSparkHasIt } from './delta-spark.ts';

type Value = string | number | boolean | null;

/** What a reader makes of a version: `name: type` of each column, and the values of each row, in no order. */
export interface SeenRows {
  columns: string[];
  rows: Value[][];
}

/** SQL of an engine for values of which every engine has the same text. */
interface Dialect {
  text: (column: string) => string;
  /** Since the epoch: of an instant, and of a naive timestamp as if it were one of UTC. */
  micros: (column: string) => string;
  json: (column: string) => string;
}

const DUCKDB: Dialect = {
  text: (column) => `CAST(${column} AS VARCHAR)`,
  micros: (column) => `CAST(epoch_us(${column}) AS VARCHAR)`,
  json: (column) => `CAST(to_json(${column}) AS VARCHAR)`,
};
const SPARK: Dialect = {
  text: (column) => `CAST(${column} AS STRING)`,
  micros: (column) => `CAST(unix_micros(CAST(${column} AS TIMESTAMP)) AS STRING)`,
  json: (column) => `to_json(${column}, map('ignoreNullFields', 'false'))`,
};

export async function ourRows(db: DuckDB, table: TableLocation, version?: number): Promise<SeenRows> {
  const columns = fieldsOfTable(await snapshotOf(db, table, version)).map(({ name, type }) => ({
    name,
    type: typeof type === 'string' ? type : (type as { type: string }).type,
  }));
  return seen(columns, await rowsOf(db, table, selectList(columns, DUCKDB), version));
}

/** Of versions with the same columns, in one query: Spark takes as long for each as for its rows. */
export async function sparkRows(
  spark: Spark,
  table: TableLocation,
  versions: readonly number[],
): Promise<SeenRows[]> {
  const relation = (version: number) => relationAt(asSparkHasIt(table), version);
  const described = await spark.rows<{ col_name: string; data_type: string }>(
    `DESCRIBE QUERY SELECT * FROM ${relation(versions.at(-1) ?? 0)}`,
  );
  const columns = described.map(({ col_name, data_type }) => {
    const type = data_type.replace(/<.*$/s, '');
    return { name: col_name, type: DELTA_BY_SPARK[type] ?? type };
  });
  const list = selectList(columns, SPARK);
  const selects = versions.map((version) => `${list}, ${version} AS version FROM ${relation(version)}`);
  const rows = await spark.rows<Record<string, Value>>(selects.join(' UNION ALL '));
  return versions.map((version) =>
    seen(
      columns,
      rows.filter((row) => row['version'] === version),
    ),
  );
}

const DELTA_BY_SPARK: Record<string, string> = {
  int: 'integer',
  bigint: 'long',
  smallint: 'short',
  tinyint: 'byte',
};

interface Column {
  name: string;
  type: string;
}

/** Columns by their place: a name that reads like another, or like SQL, is none of this test's business. */
function selectList(columns: readonly Column[], dialect: Dialect): string {
  const list = columns.map(
    ({ name, type }, i) => `${valueOf(quoteIdentifier(name), type, dialect)} AS c${i}`,
  );
  return `SELECT ${list.join(', ')}`;
}

function valueOf(column: string, type: string, dialect: Dialect): string {
  if (type === 'timestamp' || type === 'timestamp_ntz') return dialect.micros(column);
  if (type === 'binary') return `hex(${column})`;
  if (/^(array|map|struct)$/.test(type)) return dialect.json(column);
  return /^(string|boolean|double|float)$/.test(type) ? column : dialect.text(column);
}

function seen(columns: readonly Column[], rows: readonly Record<string, Value>[]): SeenRows {
  return {
    columns: columns.map(({ name, type }) => `${name}: ${type}`),
    rows: rows.map((row) => columns.map((_, i) => row[`c${i}`] ?? null)),
  };
}
