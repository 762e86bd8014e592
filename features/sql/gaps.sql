-- Each store x product, with its rows and whether a day is missing between its first and its last.
-- Runs unchanged on DuckDB and Spark. There is one row a store x product x day in raw.
SELECT
  store_id,
  product_id,
  count(*) AS days,
  count(*) <= CAST(max(date) - min(date) AS INT) AS has_gap
FROM raw
GROUP BY store_id, product_id
