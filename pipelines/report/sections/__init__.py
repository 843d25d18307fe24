"""The sections of the annual evaluation report, one module each: rows in, blocks out."""
