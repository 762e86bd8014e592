-- The Extended features: Standard's, and with them the history of stockouts, how often the store and the product run
-- out, the weekday, and the history of covariates. One row for each store x product x day, known at the end of that day.
-- Runs unchanged on DuckDB and Spark. What each column means: extended.json.
--
-- How a line is read that ends in one of these (what standard.sql says of "needs" holds here too):
--   -- each covariate with history   written once for each such covariate, its name in the place of {{covariate}}
--   -- paragraph needs a             all lines up to the next empty one are left out where the data lacks that column
--   -- with snapshot                 only where a few rows meet what a model's version knows of all others: history.sql
--   -- without snapshot              only where all rows are there
-- {{standard_columns}} and {{standard_windows}} are the columns and the windows of standard.sql, word for word.
-- {{these_series}} and the windows of series without a gap are as in standard.sql; stores and products are always whole.
--
-- Weekday means have a partition of their own, so they come first, while rows are narrow: a window carries all its
-- columns through a sort. The means of a store, of a product, and of a product in a region are sums by day, then windows
-- over those days, few enough to cost little, then joined. Those sums are of exact decimals: sums of doubles depend on
-- the order in which threads meet the rows, and the same data must give the same features, bit for bit. A value beyond
-- 10^19 is left out.
--
-- Ranks and the smoothed rate say where a product stands whatever the level of the day: when stockouts become rarer
-- everywhere, rates fall and ranks stay. Means are ranked as rounded, or 0.3 / 3 would stand before 0.1 / 1. In the
-- smoothed rate the series' last 28 days count beside 20 days at the rate that its product and its store let expect.
WITH weekdays AS (
  SELECT
    -- 1900-01-01 was a Monday.
    CAST(date - DATE '1900-01-01' AS INT) % 7 + 1 AS day_of_week,
    *
  FROM raw
  WHERE {{these_series}}
),

weekday_means AS (
  SELECT
    avg(raw.{{covariate}}) OVER same_weekday_so_far AS {{covariate}}_weekday_mean, -- each covariate with history -- without snapshot
    (COALESCE(sum(snapshot_new_{{covariate}}) OVER same_weekday_so_far, 0) + snapshot_weekday_{{covariate}}_sum) / NULLIF(count(snapshot_new_{{covariate}}) OVER same_weekday_so_far + snapshot_weekday_{{covariate}}_count, 0) AS {{covariate}}_weekday_mean, -- each covariate with history -- with snapshot
    *
  FROM weekdays AS raw
  WINDOW
    same_weekday_so_far AS (PARTITION BY store_id, product_id, day_of_week ORDER BY date ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
),

series AS (
  SELECT
    {{standard_columns}},
    raw.region AS region, -- needs region
    CAST(CASE WHEN lag(date) OVER days = date - 1 THEN lag(stockout) OVER days END AS DOUBLE) AS stockout_lag_1,
    CAST(max(stockout) OVER day_3_ago AS DOUBLE) AS stockout_lag_3,
    CAST(max(stockout) OVER day_7_ago AS DOUBLE) AS stockout_lag_7,
    CAST(sum(stockout) OVER last_7_days AS DOUBLE) AS stockout_roll7_sum,
    CAST(sum(stockout) OVER last_14_days AS DOUBLE) AS stockout_roll14_sum,
    CAST(sum(stockout) OVER last_28_days AS DOUBLE) AS stockout_roll28_sum,
    CAST(CAST(date - max(CASE WHEN stockout = 1 THEN date END) OVER so_far AS INT) AS DOUBLE) AS days_since_stockout, -- without snapshot
    CAST(CAST(date - GREATEST(max(CASE WHEN stockout = 1 THEN date END) OVER so_far, snapshot_last_stockout) AS INT) AS DOUBLE) AS days_since_stockout, -- with snapshot
    CAST(count(*) OVER last_28_days AS DOUBLE) AS days_observed,
    CAST(CASE WHEN lag(date) OVER days = date - 1 THEN lag(raw.{{covariate}}) OVER days END AS DOUBLE) AS {{covariate}}_lag_1, -- each covariate with history
    avg(raw.{{covariate}}) OVER last_7_days AS {{covariate}}_roll7_avg, -- each covariate with history
    avg(raw.{{covariate}}) OVER last_28_days AS {{covariate}}_roll28_avg, -- each covariate with history
    avg(raw.{{covariate}}) OVER so_far AS {{covariate}}_mean, -- each covariate with history -- without snapshot
    (COALESCE(sum(snapshot_new_{{covariate}}) OVER so_far, 0) + snapshot_{{covariate}}_sum) / NULLIF(count(snapshot_new_{{covariate}}) OVER so_far + snapshot_{{covariate}}_count, 0) AS {{covariate}}_mean, -- each covariate with history -- with snapshot
    {{covariate}}_weekday_mean, -- each covariate with history
    CAST(day_of_week AS DOUBLE) AS day_of_week
  FROM weekday_means AS raw
  WINDOW
    {{standard_windows}},
    last_28_days AS (PARTITION BY store_id, product_id ORDER BY date RANGE BETWEEN INTERVAL 27 DAYS PRECEDING AND CURRENT ROW),
    so_far AS (PARTITION BY store_id, product_id ORDER BY date ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
),

store_days AS (
  SELECT store_id, date, sum(COLUMNS(* EXCLUDE (store_id, date))) FROM ( -- with snapshot
  SELECT
    store_id,
    date,
    sum(TRY_CAST(raw.{{covariate}} AS DECIMAL(28, 9))) AS {{covariate}}_sum, -- each covariate with history
    count(TRY_CAST(raw.{{covariate}} AS DECIMAL(28, 9))) AS {{covariate}}_count, -- each covariate with history
    sum(stockout) AS stockouts,
    count(stockout) AS days
  FROM raw
  WHERE snapshot_is_new -- with snapshot
  GROUP BY store_id, date
  UNION ALL SELECT * FROM snapshot_store_days) GROUP BY store_id, date -- with snapshot
),

stores AS (
  SELECT
    store_id,
    date,
    CAST(sum({{covariate}}_sum) OVER store_so_far AS DOUBLE) / NULLIF(sum({{covariate}}_count) OVER store_so_far, 0) AS store_{{covariate}}_mean, -- each covariate with history
    CAST(sum({{covariate}}_sum) OVER store_last_7_days AS DOUBLE) / NULLIF(sum({{covariate}}_count) OVER store_last_7_days, 0) AS store_{{covariate}}_roll7_avg, -- each covariate with history
    CAST(sum(stockouts) OVER store_so_far AS DOUBLE) / NULLIF(sum(days) OVER store_so_far, 0) AS store_stockout_rate,
    CAST(sum(stockouts) OVER store_last_7_days AS DOUBLE) / NULLIF(sum(days) OVER store_last_7_days, 0) AS store_stockout_roll7_rate
  FROM store_days
  WINDOW
    store_so_far AS (PARTITION BY store_id ORDER BY date ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW),
    store_last_7_days AS (PARTITION BY store_id ORDER BY date RANGE BETWEEN INTERVAL 6 DAYS PRECEDING AND CURRENT ROW)
),

all_days AS (
  SELECT date, sum(stockouts) AS stockouts, sum(days) AS days
  FROM store_days
  GROUP BY date
),

all_stores AS (
  SELECT
    date,
    CAST(sum(stockouts) OVER all_so_far AS DOUBLE) / NULLIF(sum(days) OVER all_so_far, 0) AS stockout_rate
  FROM all_days
  WINDOW
    all_so_far AS (ORDER BY date ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
),

product_days AS (
  SELECT product_id, date, sum(COLUMNS(* EXCLUDE (product_id, date))) FROM ( -- with snapshot
  SELECT
    product_id,
    date,
    sum(TRY_CAST(raw.{{covariate}} AS DECIMAL(28, 9))) AS {{covariate}}_sum, -- each covariate with history
    count(TRY_CAST(raw.{{covariate}} AS DECIMAL(28, 9))) AS {{covariate}}_count, -- each covariate with history
    sum(stockout) AS stockouts,
    count(stockout) AS days
  FROM raw
  WHERE snapshot_is_new -- with snapshot
  GROUP BY product_id, date
  UNION ALL SELECT * FROM snapshot_product_days) GROUP BY product_id, date -- with snapshot
),

products AS (
  SELECT
    product_id,
    date,
    CAST(sum({{covariate}}_sum) OVER product_so_far AS DOUBLE) / NULLIF(sum({{covariate}}_count) OVER product_so_far, 0) AS product_{{covariate}}_mean, -- each covariate with history
    CAST(sum({{covariate}}_sum) OVER product_last_7_days AS DOUBLE) / NULLIF(sum({{covariate}}_count) OVER product_last_7_days, 0) AS product_{{covariate}}_roll7_avg, -- each covariate with history
    CAST(sum(stockouts) OVER product_so_far AS DOUBLE) / NULLIF(sum(days) OVER product_so_far, 0) AS product_stockout_rate,
    CAST(sum(stockouts) OVER product_last_7_days AS DOUBLE) / NULLIF(sum(days) OVER product_last_7_days, 0) AS product_stockout_roll7_rate
  FROM product_days
  WINDOW
    product_so_far AS (PARTITION BY product_id ORDER BY date ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW),
    product_last_7_days AS (PARTITION BY product_id ORDER BY date RANGE BETWEEN INTERVAL 6 DAYS PRECEDING AND CURRENT ROW)
),

region_days AS ( -- paragraph needs region
  SELECT region, product_id, date, sum(COLUMNS(* EXCLUDE (region, product_id, date))) FROM ( -- with snapshot
  SELECT
    region,
    product_id,
    date,
    sum(TRY_CAST(raw.{{covariate}} AS DECIMAL(28, 9))) AS {{covariate}}_sum, -- each covariate with history
    count(TRY_CAST(raw.{{covariate}} AS DECIMAL(28, 9))) AS {{covariate}}_count, -- each covariate with history
    sum(stockout) AS stockouts,
    count(stockout) AS days
  FROM raw
  WHERE region IS NOT NULL
    AND snapshot_is_new -- with snapshot
  GROUP BY region, product_id, date
  UNION ALL SELECT * FROM snapshot_region_days) GROUP BY region, product_id, date -- with snapshot
),

regions AS ( -- paragraph needs region
  SELECT
    region,
    product_id,
    date,
    CAST({{covariate}}_sum AS DOUBLE) / NULLIF({{covariate}}_count, 0) AS region_product_{{covariate}}, -- each covariate with history
    CAST(sum({{covariate}}_sum) OVER region_last_7_days AS DOUBLE) / NULLIF(sum({{covariate}}_count) OVER region_last_7_days, 0) AS region_product_{{covariate}}_roll7_avg, -- each covariate with history
    CAST(sum({{covariate}}_sum) OVER region_so_far AS DOUBLE) / NULLIF(sum({{covariate}}_count) OVER region_so_far, 0) AS region_product_{{covariate}}_mean, -- each covariate with history
    CAST(sum(stockouts) OVER region_so_far AS DOUBLE) / NULLIF(sum(days) OVER region_so_far, 0) AS region_product_stockout_rate
  FROM region_days
  WINDOW
    region_last_7_days AS (PARTITION BY region, product_id ORDER BY date RANGE BETWEEN INTERVAL 6 DAYS PRECEDING AND CURRENT ROW),
    region_so_far AS (PARTITION BY region, product_id ORDER BY date ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
),

ranked_products AS (
  SELECT
    CASE WHEN product_{{covariate}}_mean IS NOT NULL THEN CAST(rank() OVER by_{{covariate}}_mean - 1 AS DOUBLE) / NULLIF(count(product_{{covariate}}_mean) OVER same_day - 1, 0) END AS product_{{covariate}}_mean_rank, -- each covariate with history
    CASE WHEN product_{{covariate}}_roll7_avg IS NOT NULL THEN CAST(rank() OVER by_{{covariate}}_roll7_avg - 1 AS DOUBLE) / NULLIF(count(product_{{covariate}}_roll7_avg) OVER same_day - 1, 0) END AS product_{{covariate}}_roll7_avg_rank, -- each covariate with history
    CAST(rank() OVER by_stockout_rate - 1 AS DOUBLE) / NULLIF(count(*) OVER same_day - 1, 0) AS product_stockout_rate_rank,
    CAST(rank() OVER by_stockout_roll7_rate - 1 AS DOUBLE) / NULLIF(count(*) OVER same_day - 1, 0) AS product_stockout_roll7_rate_rank,
    *
  FROM products
  WINDOW
    by_{{covariate}}_mean AS (PARTITION BY date ORDER BY round(product_{{covariate}}_mean, 9) NULLS LAST), -- each covariate with history
    by_{{covariate}}_roll7_avg AS (PARTITION BY date ORDER BY round(product_{{covariate}}_roll7_avg, 9) NULLS LAST), -- each covariate with history
    by_stockout_rate AS (PARTITION BY date ORDER BY product_stockout_rate),
    by_stockout_roll7_rate AS (PARTITION BY date ORDER BY product_stockout_roll7_rate),
    same_day AS (PARTITION BY date)
)

SELECT
  series.*,
  stores.store_stockout_rate,
  stores.store_stockout_roll7_rate,
  products.product_stockout_rate,
  stores.store_{{covariate}}_mean, -- each covariate with history
  stores.store_{{covariate}}_roll7_avg, -- each covariate with history
  products.product_{{covariate}}_mean, -- each covariate with history
  products.product_{{covariate}}_roll7_avg, -- each covariate with history
  products.product_stockout_roll7_rate,
  regions.region_product_{{covariate}}, -- each covariate with history -- needs region
  regions.region_product_{{covariate}}_roll7_avg, -- each covariate with history -- needs region
  regions.region_product_{{covariate}}_mean, -- each covariate with history -- needs region
  regions.region_product_stockout_rate, -- needs region
  (series.stockout_roll28_sum + 20 * LEAST(COALESCE(products.product_stockout_rate * stores.store_stockout_rate / NULLIF(all_stores.stockout_rate, 0), 0), 1)) / (series.days_observed + 20) AS stockout_smoothed_rate,
  products.product_{{covariate}}_mean_rank, -- each covariate with history
  products.product_{{covariate}}_roll7_avg_rank, -- each covariate with history
  products.product_stockout_rate_rank,
  products.product_stockout_roll7_rate_rank
FROM series
JOIN stores ON stores.store_id = series.store_id AND stores.date = series.date
JOIN ranked_products AS products ON products.product_id = series.product_id AND products.date = series.date
JOIN all_stores ON all_stores.date = series.date
LEFT JOIN regions ON regions.region = series.region AND regions.product_id = series.product_id AND regions.date = series.date -- needs region
