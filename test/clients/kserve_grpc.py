"""Scores rows with KServe's gRPC client, typed and raw. A process of its own: its messages have Triton's names."""

import asyncio
import json
import sys

import grpc
import numpy as np
from kserve import InferenceGRPCClient, InferInput, InferRequest

given = json.loads(sys.argv[1])
headers = (("x-api-key", given["key"]),)
rows = np.array(given["rows"], dtype=np.float32)
model = given["model"]


async def infer(client, values, binary):
    tensor = InferInput("input-0", list(values.shape), "FP32")
    tensor.set_data_from_numpy(values, binary_data=binary)
    answer = await client.infer(InferRequest(model_name=model, infer_inputs=[tensor]), headers=headers)
    return [output.as_numpy().tolist() for output in answer.outputs]


async def refusal(call):
    try:
        await call
    except grpc.RpcError as error:
        return [error.code().name, error.details()]


async def main():
    async with InferenceGRPCClient(given["address"]) as client:
        return {
            "live": await client.is_server_live(),
            "ready": await client.is_server_ready(),
            "modelReady": await client.is_model_ready(model),
            "scored": {"raw": await infer(client, rows, True), "typed": await infer(client, rows, False)},
            "refused": [
                await refusal(infer(client, np.zeros((1, 2), dtype=np.float32), True)),
                await refusal(client.is_model_ready("other")),
            ],
        }


print(json.dumps(asyncio.run(main())))
