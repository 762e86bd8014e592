import type { DuckDB } from './duckdb.ts';
import { quoteLiteral } from './quote.ts';
import { readSql } from './sql-file.ts';
import { type Covariate, renderLines } from './template.ts';

const SNAPSHOT = readSql('snapshot.sql');

/**
 * What a predictor must know of all rows to make Extended's features of a few, as a SELECT.
 * @param relation what stands after FROM: the features table
 */
export function renderSnapshot(relation: string, covariates: readonly Covariate[] = []): string {
  const sql = renderLines(SNAPSHOT, { columns: new Set(), covariates });
  // Within a FROM, so that its own WITH may follow another.
  return `WITH features AS (SELECT * FROM ${relation}) SELECT * FROM (${sql})`;
}

/**
 * Writes the snapshot as a Parquet file; the same rows give the same bytes.
 * @param file where it is written, on this machine
 */
export async function writeSnapshot(db: DuckDB, snapshot: string, file: string): Promise<void> {
  await db.run(
    `COPY (${snapshot} ORDER BY grain, store_id, product_id, date, weekday)
      TO ${quoteLiteral(file)} (FORMAT parquet, COMPRESSION zstd)`,
  );
}
