# The original program's way to serve, on the newest versions: FastAPI and pydantic, a pandas frame a request, predict_proba of
# the scikit-learn wrapper. /predict takes a row, /predict/batch is what its authors would have written for many.
#
#   python original.py <folder with names.json and model.ubj> <port>
import json, sys
import pandas as pd
import uvicorn
import xgboost as xgb
from fastapi import FastAPI
from pydantic import create_model

folder, port = sys.argv[1], int(sys.argv[2])
names = json.load(open(f"{folder}/names.json"))
Row = create_model("Row", **{name: (float | None, ...) for name in names})
model = xgb.XGBClassifier()
model.load_model(f"{folder}/model.ubj")
app = FastAPI()


def score(rows):
    frame = pd.DataFrame([row.model_dump() for row in rows], columns=names, dtype="float64")
    scores = model.predict_proba(frame)[:, 1]
    return [{"stockout_risk_score": float(s), "stockout_risk_label": int(s >= 0.5)} for s in scores]


@app.get("/health")
def health():
    return {"status": "ok"}


@app.post("/predict")
def predict(row: Row):
    return score([row])[0]


@app.post("/predict/batch")
def predict_batch(rows: list[Row]):
    return score(rows)


uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning", access_log=False)
