"""The calibrated risk of a version, for mlflow.pyfunc.

mlflow.xgboost gives XGBoost's own probability. This version's risk is a map of it, which calibration.json holds.
"""

import json
import os

import numpy
import xgboost


def _load_pyfunc(path):
    """Called by mlflow.pyfunc with the path of model.ubj."""
    booster = xgboost.Booster()
    booster.load_model(path)
    with open(os.path.join(os.path.dirname(path), "calibration.json"), encoding="utf-8") as file:
        return CalibratedModel(booster, json.load(file))


class CalibratedModel:
    def __init__(self, booster, calibration):
        self._booster = booster
        self._calibration = calibration

    def get_raw_model(self):
        return self._booster

    def predict(self, model_input, params=None):
        """Rows of features -> one risk a row, 32 bits."""
        margins = self._booster.predict(xgboost.DMatrix(model_input), output_margin=True).astype("float64")
        calibration = self._calibration
        if calibration["method"] == "Platt":
            return _logistic(calibration["slope"] * margins + calibration["intercept"])
        scores = _logistic(margins).astype("float64")
        return numpy.interp(scores, calibration["scores"], calibration["risks"]).astype("float32")


def _logistic(margins):
    return (1.0 / (1.0 + numpy.exp(-margins))).astype("float32")
