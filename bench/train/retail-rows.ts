// The rows that the training benches learn from, by the pipeline's own feature SQL over the retail file.
import { fileURLToPath } from 'node:url';
import { type DuckDB, openDuckDB, quoteLiteral, renderFeatures } from '@stockout/features';
import { type FeatureMatrix, readFeatureMatrix } from '@stockout/pipeline/feature-matrix';
import { STANDARD } from '../features/standard.ts';

const FILE = fileURLToPath(new URL('../../data/retail_stockout_data.parquet', import.meta.url));

/** Labelled rows on days whose whole horizon lies within the data, in store, product and date order. */
export async function readLabelledRows(): Promise<FeatureMatrix> {
  await using db = await openDuckDB();
  const { features, label } = await createFeatures(db);
  const where = `${label} IS NOT NULL AND date <= (SELECT max(date) - ${STANDARD.horizonDays} FROM features)`;
  // Awaited here: the database is closed on return.
  return await readFeatureMatrix(db, { relation: 'features', features, label, where });
}

/**
 * The original program's rows: the first 200,000 that have sales_lag_7 and a label. Its label takes whatever of the next
 * seven days there is, so on the last days a 0 may only mean that nothing has happened yet.
 */
export async function readOriginalRows(): Promise<FeatureMatrix> {
  await using db = await openDuckDB();
  const { features } = await createFeatures(db);
  const relation = `(
    SELECT * FROM (
      SELECT *, max(stockout) OVER (PARTITION BY store_id, product_id ORDER BY date
        RANGE BETWEEN INTERVAL 1 DAY FOLLOWING AND INTERVAL ${STANDARD.horizonDays} DAYS FOLLOWING) AS label
      FROM features)
    WHERE label IS NOT NULL AND sales_lag_7 IS NOT NULL
    ORDER BY store_id, product_id, date LIMIT 200000)`;
  return await readFeatureMatrix(db, { relation, features, label: 'label' });
}

async function createFeatures(db: DuckDB) {
  const rendered = renderFeatures(STANDARD);
  const raw = `SELECT * REPLACE (CAST(date AS DATE) AS date) FROM ${quoteLiteral(FILE)}`;
  await db.run(`CREATE TABLE features AS WITH raw AS (${raw}) ${rendered.sql}`);
  return rendered;
}

/** Those of the reference figures. */
export const PARAMS = {
  objective: 'binary:logistic',
  eval_metric: 'logloss',
  tree_method: 'hist',
  max_depth: '6',
  eta: '0.08',
  subsample: '0.9',
  colsample_bytree: '0.9',
  lambda: '1',
  seed: '42',
};
export const ROUNDS = 200;
