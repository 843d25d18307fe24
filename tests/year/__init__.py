"""A year of nights under a clock of its own: `python -m tests.year`."""
