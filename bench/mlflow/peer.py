"""The same training told to MLflow by its own Python client. Input: {uri, folder}: a version's folder."""

import json
import os
import sys
import time
import warnings

warnings.filterwarnings("ignore")

import mlflow
import xgboost

asked = json.loads(sys.argv[1])
mlflow.set_tracking_uri(asked["uri"])
folder = asked["folder"]
with open(os.path.join(folder, "manifest.json"), encoding="utf-8") as file:
    manifest = json.load(file)
with open(os.path.join(folder, "training.json"), encoding="utf-8") as file:
    training = json.load(file)
booster = xgboost.Booster()
booster.load_model(os.path.join(folder, "model.ubj"))

start = time.perf_counter()
mlflow.set_experiment("bench-python")
with mlflow.start_run():
    mlflow.log_params(manifest["params"])
    mlflow.log_metrics({name: value for name, value in manifest["metrics"].items() if value is not None})
    mlflow.set_tags({"stockout.digest": manifest["digest"], "stockout.version": manifest["version"]})
    run = mlflow.active_run().info.run_id
    points = [
        mlflow.entities.Metric(key, point[field], 0, point["round"])
        for point in training["curve"]
        for key, field in (("train/logloss", "train"), ("test/logloss", "evaluation"))
    ]
    mlflow.MlflowClient().log_batch(run, metrics=points)
    for name in ("report.html", "manifest.json", "training.json"):
        mlflow.log_artifact(os.path.join(folder, name))
    mlflow.xgboost.log_model(
        booster,
        name="model",
        registered_model_name="bench-python",
        pip_requirements=["mlflow", "xgboost"],
    )
mlflow.MlflowClient().set_registered_model_alias("bench-python", "champion", manifest["version"][1:])
print(json.dumps({"seconds": time.perf_counter() - start}))
