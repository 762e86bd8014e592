"""PySpark's own client of Spark Connect: a write of the query for each line of standard input, and its seconds back."""

import sys
import time

from pyspark.sql import SparkSession

url, sql, out = sys.argv[1], open(sys.argv[2]).read(), sys.argv[3]
spark = SparkSession.builder.remote(url).getOrCreate()
spark.conf.set("spark.sql.session.timeZone", "UTC")
spark.conf.set("spark.sql.ansi.doubleQuotedIdentifiers", "true")
print("ready", flush=True)
for _ in sys.stdin:
    start = time.perf_counter()
    spark.sql(sql).write.format("delta").mode("overwrite").option("overwriteSchema", "true").save(out)
    print(time.perf_counter() - start, flush=True)
spark.stop()
