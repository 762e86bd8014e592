"""Logs models to an MLflow server as data scientists do. Input: {rows, labels, columns, names: {classifier, booster, sklearn}}.

Prints what each predicts of the first 20 rows, and the addresses of the models.
"""

import json
import os
import sys
import tempfile
import warnings

warnings.filterwarnings("ignore")

import mlflow
import pandas
import xgboost
from sklearn.linear_model import LogisticRegression

asked = json.loads(sys.argv[1])
frame = pandas.DataFrame(asked["rows"], columns=asked["columns"], dtype="float64")
labels = asked["labels"]
names = asked["names"]
mlflow.set_experiment(names["classifier"])
shown = frame[:20]
found = {}

classifier = xgboost.XGBClassifier(
    n_estimators=60, max_depth=4, learning_rate=0.9, early_stopping_rounds=3, eval_metric="logloss", n_jobs=1
)
half = len(frame) // 2
classifier.fit(frame[:half], labels[:half], eval_set=[(frame[half:], labels[half:])], verbose=False)
with mlflow.start_run():
    logged = mlflow.xgboost.log_model(classifier, name="model", registered_model_name=names["classifier"])
mlflow.MlflowClient().set_registered_model_alias(names["classifier"], "candidate", "1")
found["classifier"] = {
    "uri": f"models:/{names['classifier']}@candidate",
    "scores": [float(score) for score in classifier.predict_proba(shown)[:, 1]],
}

# Of an array: the model itself knows no names, its signature does.
booster = xgboost.train(
    {"objective": "binary:logistic", "max_depth": 3}, xgboost.DMatrix(frame.to_numpy(), labels), num_boost_round=5
)
signature = mlflow.models.infer_signature(frame, booster.predict(xgboost.DMatrix(frame.to_numpy())))
with mlflow.start_run() as run:
    logged = mlflow.xgboost.log_model(booster, name="trees", signature=signature)
found["booster"] = {
    "uri": f"runs:/{run.info.run_id}/trees",
    "logged": logged.model_uri,
    "scores": [float(score) for score in booster.predict(xgboost.DMatrix(shown.to_numpy()))],
}

with mlflow.start_run() as run:
    regression = LogisticRegression().fit(frame.fillna(0), labels)
    mlflow.sklearn.log_model(regression, name="model", registered_model_name=names["sklearn"])
found["sklearn"] = {"uri": f"models:/{names['sklearn']}/1", "scores": []}

print(json.dumps(found))
