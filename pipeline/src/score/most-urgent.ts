import { openDuckDB } from '@stockout/features';
import type { PipelineContext } from '../context.ts';
import { locateTable } from '../tables/locate.ts';
import { openRelation } from '../tables/relation.ts';
import { exists, fieldsOfTable, loadSnapshot } from '../tables/snapshot.ts';

/** A product in a store that is about to run out. */
export interface UrgentProduct {
  store: string;
  product: string;
  /** ISO. */
  day: string;
  score: number;
  /** Pieces at the end of the day; null where the features table does not know it. */
  inventory: number | null;
  /** Mean of the last 7 days. */
  salesPerDay: number | null;
}

/**
 * The products of highest risk on the newest day of a predictions table, with what their risk rests on; of equal
 * risk (its first three decimals) those that sell most come first, since most is lost with them.
 * Empty when the table does not exist.
 */
export async function mostUrgent(
  context: PipelineContext,
  predictionsTable: string,
  limit: number,
): Promise<UrgentProduct[]> {
  await using db = await openDuckDB({ signal: context.signal });
  await using stack = new AsyncDisposableStack();
  const read = async (table: string) => {
    const location = locateTable(context, table);
    const snapshot = await loadSnapshot(db, location);
    if (!exists(snapshot)) return undefined;
    const { sql } = stack.use(await openRelation(location, snapshot));
    return { sql, columns: new Set(fieldsOfTable(snapshot).map(({ name }) => name)) };
  };
  const predictions = await read(predictionsTable);
  const features = await read(context.model.spec.data.featuresTable);
  if (predictions === undefined || features === undefined) return [];
  const known = (name: string): string => (features.columns.has(name) ? `features.${name}` : 'NULL');
  return await db.rows<UrgentProduct & Record<string, string | number | null>>(
    `SELECT CAST(store_id AS VARCHAR) AS store, CAST(product_id AS VARCHAR) AS product, CAST(date AS VARCHAR) AS day,
        stockout_risk_score AS score, ${known('inventory')} AS inventory, ${known('sales_roll7_avg')} AS "salesPerDay"
      FROM ${predictions.sql} AS predictions LEFT JOIN ${features.sql} AS features USING (store_id, product_id, date)
      WHERE date = (SELECT max(date) FROM ${predictions.sql} AS days)
      ORDER BY floor(stockout_risk_score * 1000) DESC, "salesPerDay" DESC NULLS LAST, store, product LIMIT ${limit}`,
  );
}
