"""Damaged files of every kind, read as a night reads them."""
