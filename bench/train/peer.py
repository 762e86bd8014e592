# One training by Python's xgboost: python peer.py <folder> <params as JSON> <rounds> -> a line of JSON.
import hashlib, json, os, resource, sys, time
import numpy as np
import xgboost as xgb

folder, params, rounds = sys.argv[1], json.loads(sys.argv[2]), int(sys.argv[3])
names = json.load(open(f"{folder}/names.json"))
X = np.fromfile(f"{folder}/X.f32", "<f4").reshape(-1, len(names))
y = np.fromfile(f"{folder}/y.f32", "<f4")
params["nthread"] = len(os.sched_getaffinity(0))

before, started = time.process_time(), time.perf_counter()
booster = xgb.train(params, xgb.DMatrix(X, label=y, feature_names=names), rounds)
seconds, cpu = time.perf_counter() - started, time.process_time() - before
digest = hashlib.sha256(bytes(booster.save_raw("ubj"))).hexdigest()
megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"version": xgb.__version__, "seconds": seconds, "cpu": cpu, "digest": digest, "megabytes": megabytes}))
