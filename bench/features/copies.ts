import { fileURLToPath } from 'node:url';
import { openDuckDB, quoteLiteral } from '@stockout/features';

const RETAIL = fileURLToPath(new URL('../../data/retail_stockout_data.parquet', import.meta.url));

/** Several copies of the retail data as one Parquet file, each under store ids of its own. @returns its rows */
export async function writeCopies(file: string, count: number): Promise<number> {
  await using db = await openDuckDB();
  await db.run(
    `COPY (SELECT r.* REPLACE (CAST(date AS DATE) AS date, store_id || '_' || copy AS store_id)
      FROM range(${count}) AS t(copy), ${quoteLiteral(RETAIL)} AS r) TO ${quoteLiteral(file)} (FORMAT parquet, COMPRESSION zstd)`,
  );
  const [counted] = await db.rows<{ n: number }>(`SELECT count(*) AS n FROM ${quoteLiteral(file)}`);
  return counted?.n ?? 0;
}
