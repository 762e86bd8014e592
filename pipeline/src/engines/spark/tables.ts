import type { PipelineContext } from '../../context.ts';
import type { DescribedColumn } from '../../raw/source-columns.ts';
import { locateTable } from '../../tables/locate.ts';
import { SparkError } from './connect/errors.ts';
import type { Spark } from './connect/session.ts';

/** A Delta table by the address that Spark has for it. */
export interface SparkTable {
  /** As people wrote it, for messages. */
  name: string;
  /** file:, abfss: and s3a: URIs, as Hadoop's file systems read them. */
  path: string;
}

/** Where Spark finds a table that a manifest names. */
export function sparkTable(context: PipelineContext, name: string): SparkTable {
  const { storage, path } = locateTable(context, name);
  // Hadoop's S3 client is s3a, and Hadoop's paths encode nothing. Nor do our tables' names.
  const root = decodeURIComponent(storage.uri).replace(/^s3:/, 's3a:');
  return { name, path: path === '' ? root : `${root.replace(/\/+$/, '')}/${path}` };
}

/** What stands after FROM: the rows of one version, whatever is written meanwhile. */
export function relationAt({ path }: SparkTable, version: number): string {
  return `${identifier(path)} VERSION AS OF ${version}`;
}

/** What wrote a version. */
export interface Commit {
  version: number;
  operation: string;
  /** What its writer has noted; ours note what they have written. */
  userMetadata: string | null;
}

/** Commits that change no row. */
const MAINTENANCE =
  /^(OPTIMIZE|VACUUM|REORG|SET TBLPROPERTIES|UNSET TBLPROPERTIES|COMPUTE STATS|UPGRADE PROTOCOL)/;

/** The commits of a table that changed its rows, newest first, and its newest version; none where there is no table. */
export async function historyOf(
  spark: Spark,
  { path }: SparkTable,
): Promise<{ version: number; writes: Commit[] } | undefined> {
  const commits = await ifThere(() => spark.rows<Commit>(`DESCRIBE HISTORY ${identifier(path)}`));
  const [newest] = commits ?? [];
  if (commits === undefined || newest === undefined) return undefined;
  return { version: newest.version, writes: commits.filter(({ operation }) => !MAINTENANCE.test(operation)) };
}

/** The table's own id, which another one in its place would not have. */
export async function idOf(spark: Spark, { path }: SparkTable): Promise<string> {
  const [detail] = await spark.rows<{ id: string }>(`DESCRIBE DETAIL ${identifier(path)}`);
  return detail?.id ?? '';
}

/** The columns of a relation, by the names that DuckDB has for their types. */
export async function columnsOf(spark: Spark, relation: string): Promise<DescribedColumn[]> {
  const found = await spark.rows<{ col_name: string; data_type: string }>(
    `DESCRIBE QUERY SELECT * FROM ${relation}`,
  );
  return found.map(({ col_name, data_type }) => ({
    column_name: col_name,
    column_type: DUCKDB_TYPES[data_type] ?? data_type.toUpperCase(),
  }));
}

const DUCKDB_TYPES: Record<string, string> = {
  string: 'VARCHAR',
  int: 'INTEGER',
  timestamp: 'TIMESTAMP WITH TIME ZONE',
  timestamp_ntz: 'TIMESTAMP',
};

/** What Spark says of a path where there is no Delta table. */
const NOT_THERE =
  /^(DELTA_MISSING_DELTA_TABLE|DELTA_TABLE_ONLY_OPERATION|DELTA_PATH_DOES_NOT_EXIST|PATH_NOT_FOUND)$/;

async function ifThere<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof SparkError && NOT_THERE.test(error.errorClass ?? '')) return undefined;
    throw error;
  }
}

function identifier(path: string): string {
  return `delta.\`${path.replaceAll('`', '``')}\``;
}
