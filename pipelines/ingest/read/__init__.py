"""Readers: one module per kind of file, from bytes to grids or rows. No Dagster, no dbt here."""
