import type { DataProfile } from '@stockout/contracts';
import { type DuckDB, openDuckDB } from '@stockout/features';
import type { PipelineContext } from './context.ts';
import type { FeaturesTable } from './features.ts';

/** Of the rows that a features table was made of. */
export async function profileTable({ signal }: PipelineContext, table: FeaturesTable): Promise<DataProfile> {
  await using db = await openDuckDB({ signal });
  return await profileData(db, table.relation, table.features);
}

/**
 * Counts rows of standard columns, each store, product and date at most once.
 * @param relation what stands after FROM
 * @param columns the standard columns that it has
 */
export async function profileData(
  db: DuckDB,
  relation: string,
  columns: Iterable<string>,
): Promise<DataProfile> {
  const present = new Set(columns);
  const negative = (column: string) =>
    present.has(column) ? `count(*) FILTER (WHERE ${column} < 0)` : 'CAST(NULL AS INTEGER)';
  const [counted] = await db.rows<Record<string, number | null>>(
    `WITH series AS (
        SELECT store_id, product_id, count(*) AS "rows", sum(stockout) AS stockouts,
          date_diff('day', min(date), max(date)) + 1 - count(*) AS missing,
          ${negative('daily_sales')} AS sales, ${negative('inventory')} AS inventory
        FROM ${relation} GROUP BY store_id, product_id
      )
      SELECT CAST(coalesce(sum("rows"), 0) AS BIGINT) AS "rows", count(DISTINCT store_id) AS stores,
        count(DISTINCT product_id) AS products, count(*) AS series,
        (SELECT count(DISTINCT date) FROM ${relation}) AS days,
        CAST(coalesce(sum(missing), 0) AS BIGINT) AS "missingDays",
        coalesce(sum(stockouts) / sum("rows"), 0) AS "stockoutShare",
        CAST(sum(sales) AS BIGINT) AS "negativeSales", CAST(sum(inventory) AS BIGINT) AS "negativeInventory"
      FROM series`,
  );
  return Object.fromEntries(
    Object.entries(counted ?? {}).filter(([, value]) => value !== null),
  ) as DataProfile;
}
