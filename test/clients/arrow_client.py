"""Scores rows as Arrow, CSV and NDJSON by pyarrow, pandas and requests. Input: {url, key, names, rows, copies}."""

import io
import json
import sys

import pandas
import pyarrow
import requests

asked = json.loads(sys.argv[1])
url = asked["url"] + "/predict/batch"
frame = pandas.DataFrame(asked["rows"] * asked["copies"], columns=asked["names"], dtype="float64")


def post(kind, body):
    answer = requests.post(url, data=body, headers={"Content-Type": kind, "X-API-Key": asked["key"]})
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == kind
    return answer.content


def columns(scored):
    scores = scored["stockout_risk_score"]
    return {"rows": len(scores), "scores": scores[: len(asked["rows"])].tolist(),
            "last": scores.iloc[-1].item(), "labels": scored["stockout_risk_label"][: len(asked["rows"])].tolist()}


def arrow(table, **options):
    """A table as a stream, and the table that is answered."""
    sink = pyarrow.BufferOutputStream()
    with pyarrow.ipc.new_stream(sink, table.schema, **options) as writer:
        writer.write_table(table, max_chunksize=10_000)
    answer = pyarrow.ipc.open_stream(post("application/vnd.apache.arrow.stream", sink.getvalue().to_pybytes()))
    return answer.read_all()


table = pyarrow.Table.from_pandas(frame, preserve_index=False)
answered = arrow(table)
small = pyarrow.table({name: pyarrow.array(table[name].to_pylist(), pyarrow.float32()) for name in reversed(asked["names"])})
print(json.dumps({
    "schema": str(answered.schema),
    "batches": len(answered.to_batches()),
    "arrow": columns(answered.to_pandas()),
    "float32": columns(arrow(small).to_pandas()),
    "csv": columns(pandas.read_csv(io.BytesIO(post("text/csv", frame.to_csv(index=False).encode())))),
    "ndjson": columns(pandas.read_json(
        io.BytesIO(post("application/x-ndjson", frame.to_json(orient="records", lines=True).encode())), lines=True)),
}))
