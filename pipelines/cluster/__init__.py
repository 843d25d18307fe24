"""A cluster of Apache Spark on this machine alone: a metastore in PostgreSQL, a master and workers, all on loopback.

`python -m pipelines.cluster -- COMMAND` starts it, runs the command in it, and stops it whatever happens. Who has a
cluster already needs none of this: `KYOSO_ENGINE=spark` and that cluster's own `SPARK_CONF_DIR` are enough.
"""
