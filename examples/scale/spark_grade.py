"""Grades a file of answers with Apache Spark: each partition is piped through `coach grade -`.

    spark-submit spark_grade.py ANSWERS GRADES [OPTIONS OF coach grade]

ANSWERS is JSONL on any file system that Spark reads; GRADES is a folder, which Spark makes, with a file for each
partition. `coach` has to be on the PATH of every worker (`spark-submit --files coach` brings it along). A partition
whose worker is lost is graded again, which costs its calls again: with a model, `coach grade --shard` resumes instead.
"""

import os
import shlex
import sys

from pyspark.sql import SparkSession

# Of the driver's environment, what the program reads. Spark starts it with nothing else.
PASSED_ON = ("PATH", "HOME", "COACH_CONFIG", "COACH_HOME", "COACH_MODEL", "OPENAI_BASE_URL", "OPENAI_API_KEY")


def command(options: list[str]) -> str:
    """The filter. It exits with 3 when some answers are ungraded; their reasons are in the output, so that is no failure."""
    grade = shlex.join(["coach", "grade", "-", "-o", "-", "--no-cache", *options])
    return shlex.join(["sh", "-c", f"{grade} || [ $? -eq 3 ]"])


def main(answers: str, grades: str, *options: str) -> None:
    spark = SparkSession.builder.appName("coach").getOrCreate()
    environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    lines = spark.sparkContext.textFile(answers, spark.sparkContext.defaultParallelism * 4)
    lines.pipe(command(list(options)), env=environment, checkCode=True).saveAsTextFile(grades)
    spark.stop()


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
