-- The Standard features: one row for each store x product x day of the input, known at the end of that day.
-- Runs unchanged on DuckDB and Spark. What each column means: standard.json.
--
-- How a line is read that ends in one of these:
--   -- needs a, b       left out where the data lacks one of those columns
--   -- each covariate   written once for each covariate of spec.data.covariates, its name in the place of {{covariate}}
-- Windows count calendar days: a day that is missing is missing, it is not the day before it.
-- Where every series has all days from its first to its last (gaps.sql tells which do not), the row 3 before is the day
-- 3 before: such series are read with ROWS BETWEEN n for RANGE BETWEEN INTERVAL n DAYS in windows over store_id,
-- product_id, which is equal there and half the work. {{these_series}} is a condition that chooses them, or TRUE.
-- All windows share partition and order, so that the engine sorts once; each is named whole, as Spark wants it.
-- Lags: of yesterday the row before, where it is yesterday's (lag() costs a third of a RANGE window); of earlier days
-- max() over the one day in question, where there is one row or none (series without a gap are read with lag() there).
SELECT
  store_id,
  product_id,
  date,
  CAST(price AS DOUBLE) AS price, -- needs price
  CAST(promo AS DOUBLE) AS promo, -- needs promo
  CAST(daily_sales AS DOUBLE) AS daily_sales, -- needs daily_sales
  CAST(inventory AS DOUBLE) AS inventory, -- needs inventory
  CAST(stockout AS INT) AS stockout,
  CAST(CASE WHEN lag(date) OVER days = date - 1 THEN lag(daily_sales) OVER days END AS DOUBLE) AS sales_lag_1, -- needs daily_sales
  CAST(max(daily_sales) OVER day_3_ago AS DOUBLE) AS sales_lag_3, -- needs daily_sales
  CAST(max(daily_sales) OVER day_7_ago AS DOUBLE) AS sales_lag_7, -- needs daily_sales
  CAST(CASE WHEN lag(date) OVER days = date - 1 THEN lag(inventory) OVER days END AS DOUBLE) AS inv_lag_1, -- needs inventory
  CAST(CASE WHEN lag(date) OVER days = date - 1 THEN lag(promo) OVER days END AS DOUBLE) AS promo_lag_1, -- needs promo
  CAST(avg(daily_sales) OVER last_7_days AS DOUBLE) AS sales_roll7_avg, -- needs daily_sales
  CAST(sum(daily_sales) OVER last_7_days AS DOUBLE) AS sales_roll7_sum, -- needs daily_sales
  CAST(avg(daily_sales) OVER last_14_days AS DOUBLE) AS sales_roll14_avg, -- needs daily_sales
  CAST(sum(promo) OVER last_7_days AS DOUBLE) AS promo_roll7_sum, -- needs promo
  CAST(inventory / NULLIF(avg(daily_sales) OVER last_7_days + 1, 0) AS DOUBLE) AS inv_to_sales_ratio, -- needs inventory, daily_sales
  CAST(CASE WHEN inventory <= 10 THEN 1 WHEN inventory > 10 THEN 0 END AS DOUBLE) AS low_inventory_flag, -- needs inventory
  CAST(raw.{{covariate}} AS DOUBLE) AS {{covariate}}, -- each covariate
  CAST(CASE
    WHEN max(stockout) OVER next_days = 1 THEN 1
    WHEN count(stockout) OVER next_days > 0 AND date <= (SELECT max(date) - {{horizon_days}} FROM raw) THEN 0
  END AS INT) AS label_stockout_next_{{horizon_days}}d
FROM raw
WHERE {{these_series}}
WINDOW
  days AS (PARTITION BY store_id, product_id ORDER BY date),
  day_3_ago AS (PARTITION BY store_id, product_id ORDER BY date RANGE BETWEEN INTERVAL 3 DAYS PRECEDING AND INTERVAL 3 DAYS PRECEDING),
  day_7_ago AS (PARTITION BY store_id, product_id ORDER BY date RANGE BETWEEN INTERVAL 7 DAYS PRECEDING AND INTERVAL 7 DAYS PRECEDING),
  last_7_days AS (PARTITION BY store_id, product_id ORDER BY date RANGE BETWEEN INTERVAL 6 DAYS PRECEDING AND CURRENT ROW),
  last_14_days AS (PARTITION BY store_id, product_id ORDER BY date RANGE BETWEEN INTERVAL 13 DAYS PRECEDING AND CURRENT ROW),
  next_days AS (PARTITION BY store_id, product_id ORDER BY date RANGE BETWEEN INTERVAL 1 DAYS FOLLOWING AND INTERVAL {{horizon_days}} DAYS FOLLOWING)
