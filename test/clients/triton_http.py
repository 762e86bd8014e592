"""Scores rows with Triton's HTTP client in every form that it sends, and reads health and metadata."""

import json
import sys

import numpy as np
import tritonclient.http as http
from tritonclient.utils import InferenceServerException

given = json.loads(sys.argv[1])
client = http.InferenceServerClient(given["address"])
# Copied for each call: the client writes the length of its JSON into the dictionary that it is given.
headers = {"X-API-Key": given["key"]}
names = given["names"]
rows = np.array(given["rows"], dtype=np.float64)
model = given["model"]
SCORE, LABEL = "stockout_risk_score", "stockout_risk_label"


def whole(dtype, kind, binary):
    tensor = http.InferInput("input-0", list(rows.shape), kind)
    tensor.set_data_from_numpy(rows.astype(dtype), binary_data=binary)
    return [tensor]


def columns(binary):
    tensors = []
    for index, name in enumerate(names):
        tensor = http.InferInput(name, [len(rows), 1], "FP32")
        tensor.set_data_from_numpy(rows[:, index : index + 1].astype(np.float32), binary_data=binary)
        tensors.append(tensor)
    return tensors


def infer(inputs, outputs=None, version=""):
    answer = client.infer(model, inputs, model_version=version, outputs=outputs, request_id="7", headers=dict(headers))
    response = answer.get_response()
    assert response["id"] == "7" and response["model_name"] == model, response
    return [answer.as_numpy(SCORE).tolist(), answer.as_numpy(LABEL).tolist()]


def refusal(call):
    try:
        call()
    except InferenceServerException as error:
        return [error.status(), error.message()]


plain = [http.InferRequestedOutput(name, binary_data=False) for name in (SCORE, LABEL)]
mixed = [http.InferRequestedOutput(SCORE, binary_data=True), http.InferRequestedOutput(LABEL, binary_data=False)]
# JSON has no NaN: that form gets the rows that have none.
complete = ~np.isnan(rows).any(axis=1)
scored = {
    "FP32 binary": infer(whole(np.float32, "FP32", True)),
    "FP64 binary": infer(whole(np.float64, "FP64", True)),
    "columns binary": infer(columns(True)),
    "binary, JSON back": infer(whole(np.float32, "FP32", True), plain),
    "binary, mixed back": infer(whole(np.float32, "FP32", True), mixed),
    "by version": infer(whole(np.float32, "FP32", True), version=given["version"]),
}
explained = {}
for form, outputs in {"binary": None, "JSON": plain}.items():
    answer = client.infer(
        model, whole(np.float32, "FP32", True), outputs=outputs, headers=dict(headers), query_params={"explain": 2}
    )
    explained[form] = [json.loads(text) for text in answer.as_numpy("explanation")]
everything, rows = rows, rows[complete]
scored_complete = {
    "FP32 JSON": infer(whole(np.float32, "FP32", False), plain),
    "columns JSON": infer(columns(False), plain),
    "JSON, binary back": infer(whole(np.float32, "FP32", False)),
}

wrong = http.InferInput("input-0", [1, 2], "FP32")
wrong.set_data_from_numpy(np.zeros((1, 2), dtype=np.float32))
print(
    json.dumps(
        {
            "live": client.is_server_live(),
            "ready": client.is_server_ready(),
            "modelReady": [client.is_model_ready(model), client.is_model_ready("other")],
            "server": client.get_server_metadata(),
            "metadata": client.get_model_metadata(model, given["version"]),
            "complete": complete.tolist(),
            "scored": scored,
            "scoredComplete": scored_complete,
            "explained": explained,
            "refused": [
                refusal(lambda: client.infer(model, [wrong], headers=dict(headers))),
                refusal(lambda: client.infer("other", [wrong], headers=dict(headers))),
                refusal(lambda: client.infer(model, [wrong])),
            ],
        }
    )
)
