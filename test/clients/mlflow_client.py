"""Scores rows by MLflow's own scoring client, and by MLflow's own server in this process, for the same bodies.

Input: {host, port, key, model: the folder of a logged model, names, rows, bodies: [{type, body}]}.
"""

import json
import sys
import warnings

warnings.filterwarnings("ignore")

import mlflow
import pandas
import requests
from mlflow.exceptions import MlflowException
from mlflow.pyfunc.scoring_server import invocations
from mlflow.pyfunc.scoring_server.client import ScoringServerClient

asked = json.loads(sys.argv[1])
frame = pandas.DataFrame(asked["rows"], columns=asked["names"], dtype="float64")
client = ScoringServerClient(asked["host"], asked["port"])
client.wait_server_ready(timeout=5)

model = mlflow.pyfunc.load_model(asked["model"])
schema = model.metadata.get_input_schema()


def of_mlflow(body, content_type):
    """What MLflow's server answers: its status, and the predictions where it has any."""
    try:
        answer = invocations(body.encode(), content_type, model, schema)
    except MlflowException as error:
        return [error.get_http_status_code(), None]
    return [answer.status, json.loads(answer.response)["predictions"] if answer.status == 200 else None]


def of_ours(body, content_type):
    url = f"http://{asked['host']}:{asked['port']}/invocations"
    answer = requests.post(url, data=body.encode(), headers={"Content-Type": content_type})
    return [answer.status_code, answer.json().get("predictions")]


def refusal(data):
    try:
        client.invoke(data)
    except Exception as error:
        return str(error)


def predictions(data, **further):
    return client.invoke(data, **further).get_predictions().iloc[:, 0].tolist()


bodies = [(each["body"], each["type"]) for each in asked["bodies"]]
print(json.dumps({
    "version": client.get_version(),
    "mlflow": mlflow.__version__,
    # A frame has NaN where a value is missing, and the client sends it as such.
    "frame": predictions(frame),
    "shuffled": predictions(frame[frame.columns[::-1]].assign(more="x")),
    "records": predictions(json.loads(frame.to_json(orient="records"))),
    "params": predictions(frame, params={"top": 3}),
    "refusal": refusal(frame.drop(columns=asked["names"][:1])),
    "ours": [of_ours(*each) for each in bodies],
    "theirs": [of_mlflow(*each) for each in bodies],
}))
