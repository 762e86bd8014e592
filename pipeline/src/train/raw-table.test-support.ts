import { openDuckDB } from '@stockout/features';
import type { PipelineContext } from '../context.ts';
import { writeDataFiles } from '../tables/data-files.ts';
import { locateTable } from '../tables/locate.ts';
import { commit } from '../tables/table.ts';

/**
 * Twenty series of 60 days whose stock falls by a constant a day and is filled up again: a stockout can be seen coming.
 * One series begins late, so that some lags are missing.
 */
export const SAWTOOTH = `
  SELECT 'S' || s AS store_id, 'P' || p AS product_id, DATE '2025-01-01' + CAST(d AS INT) AS date,
    CAST(9.5 + p AS DOUBLE) AS price, CAST((d + p) % 9 = 0 AS INT) AS promo, CAST(1 + p % 3 AS INT) AS daily_sales,
    CAST(30 - (d * (1 + p % 3) + 5 * s + 3 * p) % 31 AS INT) AS inventory,
    CAST((d * (1 + p % 3) + 5 * s + 3 * p) % 31 >= 29 AS INT) AS stockout
  FROM range(1, 5) AS stores (s), range(1, 6) AS products (p), range(0, 60) AS days (d)
  WHERE s < 4 OR p < 5 OR d >= 20`;

/** Appends the rows of an SQL query to the model's raw table. */
export async function writeRawTable(context: PipelineContext, sql = SAWTOOTH): Promise<void> {
  await using db = await openDuckDB({ threads: 1 });
  const table = locateTable(context, context.model.spec.data.rawTable);
  await commit(db, table, async () => {
    const { fields, adds } = await writeDataFiles(db, table, sql, {});
    return { operation: 'WRITE', operationParameters: { mode: 'Append' }, fields, adds };
  });
}
