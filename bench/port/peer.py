# The original chain in Python: raw -> features -> train -> score, in files as its notebooks handed them on.
#   python peer.py <raw.parquet> <folder> <threads> -> a line of JSON
# Groupwise shifts and rolling windows without a Python function a group, 32-bit features: as one writes it for speed.
import json, resource, sys, time
import pandas as pd
from sklearn.metrics import (
    average_precision_score, brier_score_loss, confusion_matrix, f1_score, log_loss,
    precision_score, recall_score, roc_auc_score, roc_curve,
)
from xgboost import XGBClassifier

RAW, FOLDER, THREADS = sys.argv[1], sys.argv[2], int(sys.argv[3])
KEYS = ["store_id", "product_id"]
FEATURES = [
    "price", "promo", "daily_sales", "inventory", "sales_lag_1", "sales_lag_3", "sales_lag_7", "inv_lag_1",
    "promo_lag_1", "sales_roll7_avg", "sales_roll7_sum", "sales_roll14_avg", "promo_roll7_sum",
    "inv_to_sales_ratio", "low_inventory_flag",
]
LABEL, HORIZON, TEST_DAYS, SCORED_DAYS = "label_stockout_next_7d", 7, 30, 30


def make_features():
    df = pd.read_parquet(RAW)
    df["date"] = pd.to_datetime(df["date"])
    for key in KEYS:
        df[key] = df[key].astype("category")
    df = df.sort_values([*KEYS, "date"], ignore_index=True)
    by = df.groupby(KEYS, sort=False, observed=True)
    for days in (1, 3, 7):
        df[f"sales_lag_{days}"] = by["daily_sales"].shift(days)
    df["inv_lag_1"] = by["inventory"].shift(1)
    df["promo_lag_1"] = by["promo"].shift(1)
    rolling = lambda column, days: by[column].rolling(days, min_periods=1)
    df["sales_roll7_avg"] = rolling("daily_sales", 7).mean().to_numpy()
    df["sales_roll7_sum"] = rolling("daily_sales", 7).sum().to_numpy()
    df["sales_roll14_avg"] = rolling("daily_sales", 14).mean().to_numpy()
    df["promo_roll7_sum"] = rolling("promo", 7).sum().to_numpy()
    df["inv_to_sales_ratio"] = df["inventory"] / (df["sales_roll7_avg"] + 1)
    df["low_inventory_flag"] = (df["inventory"] <= 10).astype("int8")
    # A rolling maximum over the next 7 rows is the one that ended here, 7 rows later.
    df["next"] = rolling("stockout", HORIZON).max().to_numpy()
    df[LABEL] = by["next"].shift(-HORIZON)
    df.drop(columns="next").to_parquet(f"{FOLDER}/features.parquet", compression="zstd")


def train():
    df = pd.read_parquet(f"{FOLDER}/features.parquet")
    df = df[df[LABEL].notna()]
    last = df["date"].max()
    in_test = df["date"] > last - pd.Timedelta(days=TEST_DAYS)
    # The label of a training row must not look into the test days.
    in_train = df["date"] <= last - pd.Timedelta(days=TEST_DAYS + HORIZON)
    X, y = df[FEATURES].astype("float32"), df[LABEL].astype("int8")
    model = XGBClassifier(
        n_estimators=200, max_depth=6, learning_rate=0.08, subsample=0.9, colsample_bytree=0.9, reg_lambda=1,
        tree_method="hist", eval_metric="logloss", random_state=42, n_jobs=THREADS,
    )
    model.fit(X[in_train], y[in_train])
    y_test, score = y[in_test], model.predict_proba(X[in_test])[:, 1]
    label = score >= 0.5
    metrics = {
        "auc": roc_auc_score(y_test, score), "prAuc": average_precision_score(y_test, score),
        "f1": f1_score(y_test, label), "precision": precision_score(y_test, label),
        "recall": recall_score(y_test, label), "brier": brier_score_loss(y_test, score),
        "logLoss": log_loss(y_test, score.astype("float64")),
        "confusion": confusion_matrix(y_test, label).tolist(), "points": len(roc_curve(y_test, score)[0]),
    }
    model.save_model(f"{FOLDER}/model.ubj")
    with open(f"{FOLDER}/metrics.json", "w") as file:
        json.dump(metrics, file)
    return {"trainRows": int(in_train.sum()), "testRows": int(in_test.sum()), "auc": float(metrics["auc"])}


def score():
    df = pd.read_parquet(f"{FOLDER}/features.parquet")
    df = df[df["date"] > df["date"].max() - pd.Timedelta(days=SCORED_DAYS)]
    model = XGBClassifier(n_jobs=THREADS)
    model.load_model(f"{FOLDER}/model.ubj")
    out = df[[*KEYS, "date"]].copy()
    out["stockout_risk_score"] = model.predict_proba(df[FEATURES].astype("float32"))[:, 1]
    out["stockout_risk_label"] = (out["stockout_risk_score"] >= 0.5).astype("int8")
    out["model_version"], out["scored_at"] = "v1", pd.Timestamp.now(tz="UTC")
    out.to_parquet(f"{FOLDER}/predictions.parquet", compression="zstd")
    return {"scored": len(out)}


result, seconds, cpu = {}, {}, {}
for step in (make_features, train, score):
    name, before, started = step.__name__.replace("make_", ""), time.process_time(), time.perf_counter()
    result |= step() or {}
    seconds[name], cpu[name] = time.perf_counter() - started, time.process_time() - before
megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({**result, "seconds": seconds, "cpu": cpu, "megabytes": megabytes}))
