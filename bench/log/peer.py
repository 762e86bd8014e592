# Opens Delta tables by delta-rs, one for each line that it reads (a path, and a version or nothing), and answers each with
# a line of JSON: when it is open, which is when its version and its files are known.
import json, sys, time
from deltalake import DeltaTable

for line in sys.stdin:
    path, version = json.loads(line)
    before, started = time.process_time(), time.perf_counter()
    table = DeltaTable(path, version=version)
    files = table.get_add_actions().num_rows
    seconds, cpu = time.perf_counter() - started, time.process_time() - before
    print(json.dumps({"version": table.version(), "files": files, "seconds": seconds, "cpu": cpu}), flush=True)
