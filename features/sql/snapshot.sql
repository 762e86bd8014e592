-- What a version of a model keeps of all rows that it was trained on, so that a predictor can make the features of a few:
-- the sums that the means, rates and ranks of extended.sql need, as of the last day of all. One row for each
--   series    store x product: date is its last day, last_stockout the last day on which it was out of stock
--   weekday   store x product x day of the week with a value of a covariate
--   store     store x day, and likewise product, and region x product where there are regions: the last 34 days one by
--             one, and all before them as the day before those
-- Runs unchanged on DuckDB and Spark, over the features table, which has the raw rows' stockouts and covariates.
-- 34 days: the windows of a row up to 27 days before the last day reach 6 days further back.
-- Sums are of exact decimals, as in extended.sql: the same rows give the same file.
WITH days AS (
  SELECT
    CAST(date - DATE '1900-01-01' AS INT) % 7 + 1 AS weekday,
    CASE WHEN date > last_day - 34 THEN date ELSE last_day - 34 END AS folded_day,
    TRY_CAST(features.{{covariate}} AS DECIMAL(28, 9)) AS {{covariate}}_value, -- each covariate with history
    store_id,
    product_id,
    region, -- needs region
    date,
    stockout
  FROM features
  CROSS JOIN (SELECT max(date) AS last_day FROM features) AS extent
)

SELECT
  'series' AS grain,
  store_id,
  product_id,
  CAST(NULL AS STRING) AS region, -- needs region
  max(date) AS date,
  CAST(NULL AS INT) AS weekday,
  max(CASE WHEN stockout = 1 THEN date END) AS last_stockout,
  CAST(NULL AS DECIMAL(38, 9)) AS {{covariate}}_sum, -- each covariate with history
  CAST(NULL AS BIGINT) AS {{covariate}}_count, -- each covariate with history
  CAST(NULL AS BIGINT) AS stockouts,
  CAST(NULL AS BIGINT) AS days
FROM days
GROUP BY store_id, product_id

UNION ALL
SELECT
  'weekday',
  store_id,
  product_id,
  NULL, -- needs region
  NULL,
  weekday,
  NULL,
  sum({{covariate}}_value), -- each covariate with history
  count({{covariate}}_value), -- each covariate with history
  NULL,
  NULL
FROM days
WHERE FALSE
  OR {{covariate}}_value IS NOT NULL -- each covariate with history
GROUP BY store_id, product_id, weekday

UNION ALL
SELECT
  'store',
  store_id,
  NULL,
  NULL, -- needs region
  folded_day,
  NULL,
  NULL,
  sum({{covariate}}_value), -- each covariate with history
  count({{covariate}}_value), -- each covariate with history
  sum(stockout),
  count(stockout)
FROM days
GROUP BY store_id, folded_day

UNION ALL
SELECT
  'product',
  NULL,
  product_id,
  NULL, -- needs region
  folded_day,
  NULL,
  NULL,
  sum({{covariate}}_value), -- each covariate with history
  count({{covariate}}_value), -- each covariate with history
  sum(stockout),
  count(stockout)
FROM days
GROUP BY product_id, folded_day

UNION ALL -- paragraph needs region
SELECT
  'region',
  NULL,
  product_id,
  region,
  folded_day,
  NULL,
  NULL,
  sum({{covariate}}_value), -- each covariate with history
  count({{covariate}}_value), -- each covariate with history
  sum(stockout),
  count(stockout)
FROM days
WHERE region IS NOT NULL
GROUP BY region, product_id, folded_day
