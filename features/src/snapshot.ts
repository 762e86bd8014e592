import type { DuckDB } from './duckdb.ts';
import { quoteLiteral } from './quote.ts';
import type { FeaturesRequest } from './render.ts';
import { readSql } from './sql-file.ts';
import { renderLines } from './template.ts';

const SNAPSHOT = readSql('snapshot.sql');

/**
 * What a predictor must know of all rows to make Extended's features of a few, as a SELECT. Its order is told by values:
 * the same rows give the same file.
 * @param relation what stands after FROM: the features table
 * @param request which the table was made for
 */
export function renderSnapshot(
  relation: string,
  { columns, covariates = [] }: Pick<FeaturesRequest, 'columns' | 'covariates'>,
): string {
  const known = new Set(columns);
  const sql = renderLines(SNAPSHOT, { columns: known, covariates });
  const region = known.has('region') ? ['region'] : [];
  const order = ['grain', 'store_id', 'product_id', ...region, 'date', 'weekday'].join(', ');
  // Within a FROM, so that its own WITH may follow another.
  return `WITH features AS (SELECT * FROM ${relation}) SELECT * FROM (${sql}) ORDER BY ${order}`;
}

/**
 * Writes the snapshot as a Parquet file; the same rows give the same bytes.
 * @param file where it is written, on this machine
 */
export async function writeSnapshot(db: DuckDB, snapshot: string, file: string): Promise<void> {
  await db.run(`COPY (${snapshot}) TO ${quoteLiteral(file)} (FORMAT parquet, COMPRESSION zstd)`);
}
