"""Scores rows with Triton's gRPC client, and reads health, metadata and reflection with gRPC's own packages."""

import json
import sys

import grpc
import numpy as np
import tritonclient.grpc as triton
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase
from tritonclient.utils import InferenceServerException

given = json.loads(sys.argv[1])
client = triton.InferenceServerClient(given["address"])
headers = {"x-api-key": given["key"]}
names = given["names"]
rows = np.array(given["rows"], dtype=np.float64)
model = given["model"]
SCORE, LABEL = "stockout_risk_score", "stockout_risk_label"


def tensor(name, values, kind):
    made = triton.InferInput(name, list(values.shape), kind)
    made.set_data_from_numpy(values)
    return made


def infer(inputs, **more):
    answer = client.infer(model, inputs, headers=headers, **more)
    return [answer.as_numpy(SCORE).tolist(), answer.as_numpy(LABEL).tolist()]


def refusal(call):
    try:
        call()
    except InferenceServerException as error:
        return [error.status(), error.message()]


single = rows.astype(np.float32)
columns = [tensor(name, single[:, index], "FP32") for index, name in enumerate(names)]
wrong = [tensor("input-0", np.zeros((1, 2), dtype=np.float32), "FP32")]
channel = grpc.insecure_channel(given["address"])
health = health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(service=""))
services = ProtoReflectionDescriptorDatabase(channel)
print(
    json.dumps(
        {
            "live": client.is_server_live(),
            "ready": client.is_server_ready(),
            "modelReady": client.is_model_ready(model),
            "metadata": client.get_model_metadata(model, given["version"], as_json=True),
            "health": health_pb2.HealthCheckResponse.ServingStatus.Name(health.status),
            "services": sorted(services.get_services()),
            "message": services.FindFileContainingSymbol("inference.ModelInferRequest").package,
            "scored": {
                "FP32": infer([tensor("input-0", single, "FP32")]),
                "FP64": infer([tensor("input-0", rows, "FP64")], model_version=given["version"]),
                "columns": infer(columns),
            },
            "refused": [
                refusal(lambda: client.infer(model, wrong, headers=headers)),
                refusal(lambda: client.infer("other", wrong, headers=headers)),
                refusal(lambda: client.infer(model, wrong)),
            ],
        }
    )
)
