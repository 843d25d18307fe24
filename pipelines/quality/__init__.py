"""The gate: are these figures fit to publish? Judges the marts, never changes them.

Belongs here: expectations on marts (each with why it exists and what to do), waivers, the verdict.
Stays out: whether a file is readable (ingest), whether SQL computes correctly (dbt unit tests),
keys and domains (dbt data tests).
"""
