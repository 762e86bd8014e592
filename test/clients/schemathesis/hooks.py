"""Kinds of bodies that schemathesis does not know how to write: text goes out as it is."""

import schemathesis


@schemathesis.serializer("application/x-ndjson", "text/csv", "application/vnd.apache.arrow.stream")
def as_it_is(ctx, value):
    return value if isinstance(value, bytes) else str(value).encode()
