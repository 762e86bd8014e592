"""delta-rs as a session: each line of the input is [function, arguments ...], each of the output {"value"} or {"error"}."""

import json
import sys

from deltalake import DeltaTable, QueryBuilder, write_deltalake


def rows(uri, version):
    """The columns of a version and its rows, each value as a text that other readers can be held to."""
    table = DeltaTable(uri, version=version)
    fields = json.loads(table.schema().to_json())["fields"]
    kinds = [field["type"] if isinstance(field["type"], str) else field["type"]["type"] for field in fields]
    select = ", ".join(canonical(field["name"], kind) for field, kind in zip(fields, kinds))
    found = QueryBuilder().register("t", table).execute(f"select {select} from t").read_all()
    values = [[plain(value.as_py()) for value in found.column(i)] for i in range(len(fields))]
    columns = [f"{field['name']}: {kind}" for field, kind in zip(fields, kinds)]
    return {"columns": columns, "rows": list(zip(*values))}


def canonical(name, kind):
    column = '"' + name.replace('"', '""') + '"'
    if kind in ("timestamp", "timestamp_ntz"):
        return f"arrow_cast(arrow_cast({column}, 'Int64'), 'Utf8') as {column}"
    if kind == "binary":
        return f"upper(encode({column}, 'hex')) as {column}"
    if kind in ("string", "date", "long", "integer", "short", "byte") or kind.startswith("decimal"):
        return f"arrow_cast({column}, 'Utf8') as {column}"
    return column


def plain(value):
    if isinstance(value, (list, dict)):
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return value


def version(uri):
    return DeltaTable(uri).version()


def history(uri):
    return [entry["version"] for entry in DeltaTable(uri).history()]


def append(uri, select, partition_by):
    batches = QueryBuilder().execute(select).read_all()
    write_deltalake(uri, batches, mode="append", partition_by=partition_by or None)


def create(uri, select, partition_by):
    """A table of the SELECT's columns, and no rows."""
    schema = QueryBuilder().execute(select).read_all().schema
    DeltaTable.create(uri, schema, partition_by=partition_by or None)


def delete(uri, predicate):
    DeltaTable(uri).delete(predicate)


def compact(uri):
    DeltaTable(uri).optimize.compact()


def vacuum(uri):
    """Of everything that the newest version does not need."""
    DeltaTable(uri).vacuum(retention_hours=0, dry_run=False, enforce_retention_duration=False, full=True)


def checkpoint(uri):
    DeltaTable(uri).create_checkpoint()


FUNCTIONS = {f.__name__: f for f in (rows, version, history, append, create, delete, compact, vacuum, checkpoint)}

if __name__ == "__main__":
    for line in sys.stdin:
        name, *arguments = json.loads(line)
        try:
            answer = {"value": FUNCTIONS[name](*arguments)}
        except Exception as error:
            answer = {"error": f"delta-rs, {name}: {type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)
