"""The models on Apache Spark: the same dbt project, built by the cluster that Spark's own configuration names.

Chosen with `KYOSO_ENGINE=spark`. What comes out is read into the candidate's DuckDB file, so nothing after the
models knows of it. Needs the extra `[spark]`; nothing outside this package imports pyspark.
"""
