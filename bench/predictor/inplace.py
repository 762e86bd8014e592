# 10,000 rows scored in process by Python's xgboost, all threads: python inplace.py <folder> <calls> -> a line of JSON, seconds a call.
import json, sys, time
import numpy as np
import xgboost as xgb

folder, calls = sys.argv[1], int(sys.argv[2])
names = json.load(open(f"{folder}/names.json"))
X = np.fromfile(f"{folder}/X.f32", "<f4").reshape(-1, len(names))
booster = xgb.Booster(model_file=f"{folder}/model.ubj")
seconds = []
for call in range(calls + 3):
    started = time.perf_counter()
    scores = booster.inplace_predict(X, validate_features=False)
    seconds.append(time.perf_counter() - started)
print(json.dumps({"seconds": seconds[3:], "rows": len(X), "first": scores[:5].tolist()}))
