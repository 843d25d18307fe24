"""Models: dbt in process, the calendar, and what dbt reads generated from the contracts."""
