import { type DuckDB, quoteLiteral } from '@stockout/features';
import { readFeatureMatrix } from '../engines/duckdb/feature-matrix.ts';
import type { FirstDays } from '../evaluate/slice-groups.ts';
import type { FeaturesTable } from '../features.ts';
import type { Matrix } from '../xgboost/binding.ts';

const WEEK = 7;

/** The rows of the table's last seven days, labelled or not: what the version will score first. */
export async function readNewestWeek(db: DuckDB, table: FeaturesTable): Promise<Matrix> {
  const { relation, features, lastDay } = table;
  const where = `CAST(date AS DATE) > DATE ${quoteLiteral(lastDay)} - ${WEEK}`;
  const { values, rows } = await readFeatureMatrix(db, { relation, features, where });
  return { values, rows, columns: features.length };
}

/** Since when there is each store and each product. */
export async function readFirstDays(db: DuckDB, table: FeaturesTable): Promise<FirstDays> {
  const read = async (column: string): Promise<Map<string, number>> => {
    const found = await db.rows<{ name: string; first: number }>(
      `SELECT CAST(${column} AS VARCHAR) AS name, min(CAST(date AS DATE)) - DATE '1970-01-01' AS first
       FROM ${table.relation} GROUP BY 1`,
    );
    return new Map(found.map(({ name, first }) => [name, Number(first)]));
  };
  const stores = await read('store_id');
  return {
    stores,
    products: await read('product_id'),
    table: stores.values().reduce((least, day) => Math.min(least, day), Number.POSITIVE_INFINITY),
  };
}
