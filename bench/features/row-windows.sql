-- The Standard features by plain windows over rows, equal to ours where no day is missing: what speed is held against.
SELECT
  store_id,
  product_id,
  date,
  price,
  promo,
  daily_sales,
  inventory,
  stockout,
  lag(daily_sales, 1) OVER days AS sales_lag_1,
  lag(daily_sales, 3) OVER days AS sales_lag_3,
  lag(daily_sales, 7) OVER days AS sales_lag_7,
  lag(inventory, 1) OVER days AS inv_lag_1,
  lag(promo, 1) OVER days AS promo_lag_1,
  avg(daily_sales) OVER last_7 AS sales_roll7_avg,
  CAST(sum(daily_sales) OVER last_7 AS DOUBLE) AS sales_roll7_sum,
  avg(daily_sales) OVER last_14 AS sales_roll14_avg,
  CAST(sum(promo) OVER last_7 AS DOUBLE) AS promo_roll7_sum,
  inventory / (avg(daily_sales) OVER last_7 + 1) AS inv_to_sales_ratio,
  CASE WHEN inventory <= 10 THEN 1 ELSE 0 END AS low_inventory_flag,
  CASE WHEN count(stockout) OVER next_7 = 7 THEN max(stockout) OVER next_7 END AS label
FROM raw
WINDOW
  days AS (PARTITION BY store_id, product_id ORDER BY date),
  last_7 AS (PARTITION BY store_id, product_id ORDER BY date ROWS BETWEEN 6 PRECEDING AND CURRENT ROW),
  last_14 AS (PARTITION BY store_id, product_id ORDER BY date ROWS BETWEEN 13 PRECEDING AND CURRENT ROW),
  next_7 AS (PARTITION BY store_id, product_id ORDER BY date ROWS BETWEEN 1 FOLLOWING AND 7 FOLLOWING)
