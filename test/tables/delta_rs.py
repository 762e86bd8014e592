"""What delta-rs makes of a table: delta_rs.py read | append | checkpoint <uri> ..."""

import json
import sys

from deltalake import DeltaTable, QueryBuilder, write_deltalake

QUERY = "select count(*) as n, cast(sum({}) as bigint) as total from t"


def query(table, text):
    batches = QueryBuilder().register("t", table).execute(text).read_all()
    return {name: batches.column(name)[0].as_py() for name in batches.column_names}


def read(uri, expression, every, first):
    """Each version: how many rows its log says there are, and, of every so many, what reading the rows says."""
    newest = DeltaTable(uri).version()
    table = DeltaTable(uri, version=int(first))
    versions = []
    for version in range(int(first), newest + 1):
        whole = version % int(every) == 0 or version == newest
        if whole:
            table = DeltaTable(uri, version=version)
        else:
            table.load_as_version(version)
        adds = table.get_add_actions(flatten=True)
        found = {"version": version, "logged": sum(n.as_py() for n in adds.column("num_records"))}
        if whole:
            found.update(query(table, QUERY.format(expression)))
        versions.append(found)
    print(json.dumps(versions))


def append(uri, count, select):
    for i in range(int(count)):
        rows = QueryBuilder().execute(select.format(i=i)).read_all()
        write_deltalake(uri, rows, mode="append")


def checkpoint(uri):
    DeltaTable(uri).create_checkpoint()


def compact(uri):
    table = DeltaTable(uri)
    table.optimize.compact()
    table.delete("a = 1")


def constrain(uri):
    DeltaTable(uri).alter.add_constraint({"positive": "a >= 0"})


def partition(uri, select):
    write_deltalake(uri, QueryBuilder().execute(select).read_all(), partition_by=["date"])


if __name__ == "__main__":
    {f.__name__: f for f in (read, append, checkpoint, compact, constrain, partition)}[sys.argv[1]](*sys.argv[2:])
