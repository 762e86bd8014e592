"""Scores rows with KServe's REST client, as JSON and as binary data, and reads health."""

import asyncio
import json
import sys

import httpx
import numpy as np
from kserve import InferenceRESTClient, InferInput, InferRequest, RESTConfig

given = json.loads(sys.argv[1])
url = given["url"]
headers = {"X-API-Key": given["key"]}
rows = np.array(given["rows"], dtype=np.float32)
model = given["model"]


async def infer(client, values, binary):
    tensor = InferInput("input-0", list(values.shape), "FP32")
    tensor.set_data_from_numpy(values, binary_data=binary)
    request = InferRequest(model_name=model, infer_inputs=[tensor])
    answer = await client.infer(url, request, model_name=model, headers=dict(headers))
    return [output.as_numpy().tolist() for output in answer.outputs]


async def refusal(call):
    try:
        await call
    except httpx.HTTPStatusError as error:
        return [error.response.status_code, str(error)]


async def main():
    client = InferenceRESTClient(RESTConfig(protocol="v2"))
    complete = ~np.isnan(rows).any(axis=1)
    return {
        "live": await client.is_server_live(url),
        "ready": await client.is_server_ready(url),
        "modelReady": await client.is_model_ready(url, model),
        "complete": complete.tolist(),
        "scored": {"binary": await infer(client, rows, True)},
        "scoredComplete": {"JSON": await infer(client, rows[complete], False)},
        "refused": [await refusal(infer(client, np.zeros((1, 2), dtype=np.float32), False))],
    }


print(json.dumps(asyncio.run(main())))
