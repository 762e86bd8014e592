"""The same SQL in PySpark local[2], as one process: local.py SQL_FILE OUT"""

import os
import sys

from pyspark.sql import SparkSession

sql, out = open(sys.argv[1]).read(), sys.argv[2]
spark = (
    SparkSession.builder.master("local[2]")
    .config("spark.ui.enabled", "false")
    .config("spark.driver.memory", "4g")
    .config("spark.sql.shuffle.partitions", "2")
    .config("spark.sql.session.timeZone", "UTC")
    .config("spark.sql.ansi.doubleQuotedIdentifiers", "true")
    .getOrCreate()
)
spark.sql(sql).write.mode("overwrite").parquet(out)
jvm = spark._jvm.java.lang.ProcessHandle.current().pid()
times = open(f"/proc/{jvm}/stat").read().rsplit(") ", 1)[1].split()
print((int(times[11]) + int(times[12])) / os.sysconf("SC_CLK_TCK"))
spark.stop()
