# The contributions of all rows by Python's xgboost: python peer.py <folder> <threads> -> a line of JSON.
import json, resource, sys, time
import numpy as np
import xgboost as xgb

folder, threads = sys.argv[1], int(sys.argv[2])
names = json.load(open(f"{folder}/names.json"))
X = np.fromfile(f"{folder}/X.f32", "<f4").reshape(-1, len(names))
booster = xgb.Booster({"nthread": threads}, model_file=f"{folder}/model.ubj")

before, started = time.process_time(), time.perf_counter()
rows = xgb.DMatrix(X, feature_names=names, nthread=threads)
contributions = booster.predict(rows, pred_contribs=True)
seconds, cpu = time.perf_counter() - started, time.process_time() - before
check = float(np.abs(contributions[::1000, 0]).astype("float64").sum())
megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"rows": len(X), "check": check, "seconds": seconds, "cpu": cpu, "megabytes": megabytes}))
