"""Scores rows by models of an MLflow server, with MLflow's own loaders. Input: {uris, columns, rows}."""

import json
import sys
import warnings

warnings.filterwarnings("ignore")

import mlflow
import numpy
import pandas
import xgboost

asked = json.loads(sys.argv[1])
frame = pandas.DataFrame(asked["rows"], columns=asked["columns"], dtype="float64")


def scores(uri):
    model = mlflow.pyfunc.load_model(uri)
    booster = mlflow.xgboost.load_model(uri)
    rows = xgboost.DMatrix(frame)
    # Whatever the order of the columns, and with more of them than it needs.
    shuffled = frame[frame.columns[::-1]].assign(more=1.0)
    try:
        model.predict(frame.drop(columns=asked["columns"][:1]))
        refused = None
    except Exception as error:
        refused = str(error)
    return {
        "pyfunc": numpy.asarray(model.predict(frame), dtype="float64").tolist(),
        "shuffled": numpy.asarray(model.predict(shuffled), dtype="float64").tolist(),
        "booster": numpy.asarray(booster.predict(rows), dtype="float64").tolist(),
        "margins": numpy.asarray(booster.predict(rows, output_margin=True), dtype="float64").tolist(),
        "signature": model.metadata.signature.inputs.input_names(),
        "refused": refused,
    }


print(json.dumps({uri: scores(uri) for uri in asked["uris"]}))
