-- What extended.sql reads where a few rows meet the snapshot of all others (snapshot.sql): put before it, with
--   given      the rows of a request, and no others: columns as in raw
--   snapshot   the rows that snapshot.sql made
-- A given row is new when it lies after the last day that the snapshot knows of its store x product. The others were
-- counted already: they are there for lags and windows, and are not added once more to anything "so far".
-- Of the products that are not given, ranks need no days: each is one peer, for each day in question, that has its sums
-- up to 6 days before in one row of old and the 7 days since in another. After the snapshot's last day it stands as it
-- stood on that day; up to that day it is there on the days on which it was. Its name is one that no product has.
WITH snapshot_series AS (
  SELECT store_id, product_id, date AS last_day, last_stockout
  FROM snapshot
  WHERE grain = 'series'
),

snapshot_weekdays AS (
  SELECT snapshot.*
  FROM snapshot
  SEMI JOIN given USING (store_id, product_id)
  WHERE grain = 'weekday'
),

snapshot_sums AS (
  SELECT
    sum({{covariate}}_sum) AS {{covariate}}_sum, -- each covariate with history
    sum({{covariate}}_count) AS {{covariate}}_count, -- each covariate with history
    store_id,
    product_id
  FROM snapshot_weekdays
  GROUP BY store_id, product_id
),

raw AS (
  SELECT
    CASE WHEN last_day IS NULL OR given.date > last_day THEN given.{{covariate}} END AS snapshot_new_{{covariate}}, -- each covariate with history
    CAST(COALESCE(sums.{{covariate}}_sum, 0) AS DOUBLE) AS snapshot_{{covariate}}_sum, -- each covariate with history
    COALESCE(sums.{{covariate}}_count, 0) AS snapshot_{{covariate}}_count, -- each covariate with history
    CAST(COALESCE(weekdays.{{covariate}}_sum, 0) AS DOUBLE) AS snapshot_weekday_{{covariate}}_sum, -- each covariate with history
    COALESCE(weekdays.{{covariate}}_count, 0) AS snapshot_weekday_{{covariate}}_count, -- each covariate with history
    last_day IS NULL OR given.date > last_day AS snapshot_is_new,
    series.last_stockout AS snapshot_last_stockout,
    given.*
  FROM given
  LEFT JOIN snapshot_series AS series ON series.store_id = given.store_id AND series.product_id = given.product_id
  LEFT JOIN snapshot_sums AS sums ON sums.store_id = given.store_id AND sums.product_id = given.product_id
  LEFT JOIN snapshot_weekdays AS weekdays
    ON weekdays.store_id = given.store_id
    AND weekdays.product_id = given.product_id
    AND weekdays.weekday = CAST(given.date - DATE '1900-01-01' AS INT) % 7 + 1
),

snapshot_store_days AS (
  SELECT
    store_id,
    date,
    {{covariate}}_sum, -- each covariate with history
    {{covariate}}_count, -- each covariate with history
    stockouts,
    days
  FROM snapshot
  WHERE grain = 'store'
),

snapshot_region_days AS ( -- paragraph needs region
  SELECT
    region,
    product_id,
    date,
    {{covariate}}_sum, -- each covariate with history
    {{covariate}}_count, -- each covariate with history
    stockouts,
    days
  FROM snapshot
  SEMI JOIN given USING (region, product_id)
  WHERE grain = 'region'
),

all_product_days AS (
  SELECT *, max(date) OVER () AS newest_day
  FROM snapshot
  WHERE grain = 'product'
),

-- The days whose features are asked for.
last_days AS (
  SELECT DISTINCT max(date) OVER (PARTITION BY store_id, product_id) AS day
  FROM given
),

peers AS (
  SELECT
    product_id || chr(0) || CAST(day AS VARCHAR) AS product_id,
    CASE WHEN date > LEAST(day, newest_day) - 7 THEN day ELSE DATE '0001-01-01' END AS date,
    {{covariate}}_sum, -- each covariate with history
    {{covariate}}_count, -- each covariate with history
    stockouts,
    days,
    day,
    newest_day,
    date AS counted_day
  FROM all_product_days
  CROSS JOIN last_days
  WHERE date <= day
    AND NOT EXISTS (
      SELECT 1
      FROM given
      WHERE given.product_id = all_product_days.product_id AND (given.date = day OR day <= newest_day)
    )
),

present_peers AS (
  SELECT product_id
  FROM peers
  GROUP BY product_id, day, newest_day
  HAVING max(counted_day) > CASE WHEN day <= newest_day THEN day - 1 ELSE newest_day - 7 END
),

snapshot_product_days AS (
  SELECT
    product_id,
    date,
    {{covariate}}_sum, -- each covariate with history
    {{covariate}}_count, -- each covariate with history
    stockouts,
    days
  FROM all_product_days
  SEMI JOIN given USING (product_id)
  UNION ALL
  SELECT
    product_id,
    date,
    sum({{covariate}}_sum), -- each covariate with history
    sum({{covariate}}_count), -- each covariate with history
    sum(stockouts),
    sum(days)
  FROM peers
  SEMI JOIN present_peers USING (product_id)
  GROUP BY product_id, date
)
