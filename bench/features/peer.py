# One making of the features by pandas, windows over rows: python peer.py <raw.parquet> <folder> -> a line of JSON.
# Groupwise shifts and rolling windows, as one writes it for speed: no Python function a group.
import json, resource, sys, time
import pandas as pd

file, folder = sys.argv[1], sys.argv[2]
before, started = time.process_time(), time.perf_counter()
df = pd.read_parquet(file)
for key in ("store_id", "product_id"):
    df[key] = df[key].astype("category")
df = df.sort_values(["store_id", "product_id", "date"], ignore_index=True)
by = df.groupby(["store_id", "product_id"], sort=False, observed=True)
for days in (1, 3, 7):
    df[f"sales_lag_{days}"] = by["daily_sales"].shift(days)
df["inv_lag_1"] = by["inventory"].shift(1)
df["promo_lag_1"] = by["promo"].shift(1)

def rolling(column, days):
    return by[column].rolling(days, min_periods=1)

df["sales_roll7_avg"] = rolling("daily_sales", 7).mean().to_numpy()
df["sales_roll7_sum"] = rolling("daily_sales", 7).sum().to_numpy()
df["sales_roll14_avg"] = rolling("daily_sales", 14).mean().to_numpy()
df["promo_roll7_sum"] = rolling("promo", 7).sum().to_numpy()
df["inv_to_sales_ratio"] = df["inventory"] / (df["sales_roll7_avg"] + 1)
df["low_inventory_flag"] = (df["inventory"] <= 10).astype("int8")
# A rolling maximum over the next 7 rows is the one that ended here, 7 rows later; a 0 needs all of them.
df["last_7"] = rolling("stockout", 7).max().to_numpy()
df["label"] = by["last_7"].shift(-7)
del df["last_7"]
df.to_parquet(f"{folder}/features.parquet", compression="zstd")
seconds, cpu = time.perf_counter() - started, time.process_time() - before
check = df["sales_lag_7"].sum() + df["sales_roll14_avg"].sum()
megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"rows": len(df), "check": check, "seconds": seconds, "cpu": cpu, "megabytes": megabytes}))
