"""The features in pandas, written from their definitions and not from the SQL: one column for each store x product, one
row for each calendar day, so that a window of days is a window of rows and a missing day is a missing value."""

import json
import sys

import numpy as np
import pandas as pd

KEYS = ["store_id", "product_id"]


def main(raw_file, out_file, horizon, covariates):
    raw = pd.read_parquet(raw_file)
    raw["date"] = pd.to_datetime(raw["date"])
    days = pd.date_range(raw["date"].min(), raw["date"].max())
    there = wide(raw.assign(there=1.0), "there", days)
    features = {**standard(raw, days, horizon), **extended(raw, days, there)}
    for name, history in covariates.items():
        x = wide(raw, name, days)
        features[name] = x
        if history:
            features.update(of_covariate(name, x, there))
        if history and "region" in raw:
            features.update({f"region_product_{name}{how}": mean for how, mean in region_means(raw, name, days).items()})
    if "region" in raw:
        features["region_product_stockout_rate"] = region_means(raw, "stockout", days)["_mean"]
    index = pd.MultiIndex.from_frame(raw[["date", *KEYS]])
    columns = {name: values.stack(KEYS, future_stack=True).reindex(index).to_numpy() for name, values in features.items()}
    pd.DataFrame({**{key: raw[key].to_numpy() for key in KEYS}, "date": raw["date"].dt.date, **columns}).to_parquet(out_file)


def wide(raw, column, days):
    values = raw.assign(value=raw[column].astype(float)).pivot(index="date", columns=KEYS, values="value")
    return values.reindex(days).rename_axis(index="date")


def rolled(values, days, how):
    return getattr(values.rolling(days, min_periods=1), how)()


def so_far(values):
    return values.expanding(min_periods=1).mean()


def standard(raw, days, horizon):
    made = {}
    given = {name: wide(raw, name, days) for name in ["price", "promo", "daily_sales", "inventory"] if name in raw}
    made.update(given)
    sales, stock, promo = given.get("daily_sales"), given.get("inventory"), given.get("promo")
    if sales is not None:
        made.update({f"sales_lag_{n}": sales.shift(n) for n in (1, 3, 7)})
        made["sales_roll7_avg"] = rolled(sales, 7, "mean")
        made["sales_roll7_sum"] = rolled(sales, 7, "sum")
        made["sales_roll14_avg"] = rolled(sales, 14, "mean")
    if promo is not None:
        made["promo_lag_1"] = promo.shift(1)
        made["promo_roll7_sum"] = rolled(promo, 7, "sum")
    if stock is not None:
        made["inv_lag_1"] = stock.shift(1)
        made["low_inventory_flag"] = (stock <= 10).astype(float).where(stock.notna())
    if stock is not None and sales is not None:
        made["inv_to_sales_ratio"] = stock / (made["sales_roll7_avg"] + 1).replace(0, np.nan)
    stockout = wide(raw, "stockout", days)
    ahead = stockout[::-1].rolling(horizon, min_periods=1)
    most, known = ahead.max()[::-1].shift(-1), ahead.count()[::-1].shift(-1)
    is_whole = pd.Series(days <= days[-1] - pd.Timedelta(days=horizon), index=stockout.index)
    label = most.where(most == 1).mask((most != 1) & (known > 0) & is_whole.to_numpy()[:, None], 0.0)
    made[f"label_stockout_next_{horizon}d"] = label
    return made


def extended(raw, days, there):
    stockout = wide(raw, "stockout", days)
    made = {f"stockout_lag_{n}": stockout.shift(n) for n in (1, 3, 7)}
    made.update({f"stockout_roll{n}_sum": rolled(stockout, n, "sum") for n in (7, 14, 28)})
    made["days_observed"] = rolled(there, 28, "sum")
    number = pd.DataFrame(np.arange(len(days), dtype=float)[:, None] + 0 * stockout.fillna(0), index=stockout.index, columns=stockout.columns)
    made["days_since_stockout"] = number - number.where(stockout == 1).ffill()
    weekday = np.asarray(days.dayofweek, dtype=float) + 1
    made["day_of_week"] = number * 0 + weekday[:, None]
    rates = {level: level_means(stockout, level) for level in ("store", "product")}
    for level, (whole, week) in rates.items():
        made[f"{level}_stockout_rate"] = each_series(whole, level, stockout)
        made[f"{level}_stockout_roll7_rate"] = each_series(week, level, stockout)
    made.update(ranks("stockout_rate", "stockout_roll7_rate", rates["product"], there))
    everywhere = stockout.sum(axis=1).cumsum() / stockout.notna().sum(axis=1).cumsum()
    both = made["product_stockout_rate"] * made["store_stockout_rate"]
    expected = both.div(everywhere.replace(0, np.nan), axis=0).fillna(0).clip(upper=1)
    made["stockout_smoothed_rate"] = (made["stockout_roll28_sum"] + 20 * expected) / (made["days_observed"] + 20)
    return made


def of_covariate(name, x, there):
    made = {f"{name}_lag_1": x.shift(1), f"{name}_mean": so_far(x)}
    made.update({f"{name}_roll{n}_avg": rolled(x, n, "mean") for n in (7, 28)})
    by_weekday = [so_far(x[x.index.dayofweek == day]) for day in range(7)]
    made[f"{name}_weekday_mean"] = pd.concat(by_weekday).sort_index()
    for level in ("store", "product"):
        whole, week = level_means(x, level)
        made[f"{level}_{name}_mean"] = each_series(whole, level, x)
        made[f"{level}_{name}_roll7_avg"] = each_series(week, level, x)
    # As rounded: sums in another order would part what is equal.
    made.update(ranks(f"{name}_mean", f"{name}_roll7_avg", (whole.round(9), week.round(9)), there))
    return made


def level_means(x, level):
    """So far and over the last 7 days, over all series of a store or product; a column each."""
    groups = x.columns.get_level_values(f"{level}_id")
    total, known = x.T.groupby(groups).sum().T, x.notna().T.groupby(groups).sum().T
    return total.cumsum() / known.cumsum().replace(0, np.nan), rolled(total, 7, "sum") / rolled(known, 7, "sum").replace(0, np.nan)


def each_series(values, level, x):
    """What is known of a store or product, given to each of its series."""
    return pd.DataFrame(values[x.columns.get_level_values(f"{level}_id")].to_numpy(), index=x.index, columns=x.columns)


def region_means(raw, column, days):
    """Today, over the last 7 days and so far, over all rows of a product in a region, given to each of them."""
    keys = ["region", "product_id"]
    by_day = raw.dropna(subset="region").groupby(["date", *keys])[column].agg(["sum", "count"]).astype(float)
    total, known = (by_day[how].unstack(keys).reindex(days).rename_axis(index="date").fillna(0) for how in ("sum", "count"))
    means = {
        "": total / known.replace(0, np.nan),
        "_roll7_avg": rolled(total, 7, "sum") / rolled(known, 7, "sum").replace(0, np.nan),
        "_mean": total.cumsum() / known.cumsum().replace(0, np.nan),
    }
    rows = pd.MultiIndex.from_frame(raw[["date", *keys]])
    given = {how: mean.stack(keys, future_stack=True).reindex(rows).to_numpy() for how, mean in means.items()}
    return {how: wide(raw.assign(given=values), "given", days) for how, values in given.items()}


def ranks(mean, week, values, there):
    """The share of the other products with a row on the day that are lower."""
    is_there = there.notna().T.groupby(there.columns.get_level_values("product_id")).any().T
    made = {}
    for name, known in zip((mean, week), values):
        known = known.where(is_there)
        others = (known.notna().sum(axis=1) - 1).replace(0, np.nan)
        made[f"product_{name}_rank"] = each_series((known.rank(axis=1, method="min") - 1).div(others, axis=0), "product", there)
    return made


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), json.loads(sys.argv[4]))
