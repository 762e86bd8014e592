# Single rows explained by Python's xgboost: python peer.py <folder> <seconds> -> a line of JSON.
import json, sys, time
import numpy as np
import xgboost as xgb

folder, seconds = sys.argv[1], float(sys.argv[2])
names = json.load(open(f"{folder}/names.json"))
X = np.fromfile(f"{folder}/X.f32", "<f4").reshape(-1, len(names))
booster = xgb.Booster({"nthread": 1}, model_file=f"{folder}/model.ubj")


def explain(row):
    return booster.predict(xgb.DMatrix(X[row : row + 1], feature_names=names, nthread=1), pred_contribs=True)


for row in range(50):
    explain(row)
calls, before, started = 0, time.process_time(), time.perf_counter()
while time.perf_counter() - started < seconds:
    explain(calls % len(X))
    calls += 1
elapsed, cpu = time.perf_counter() - started, time.process_time() - before
print(json.dumps({"rate": calls / elapsed, "cpu": cpu / calls * 1e6, "first": explain(0)[0].tolist()}))
