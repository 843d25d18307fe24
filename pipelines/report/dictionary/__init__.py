"""The data dictionary: what every table, column, KPI and form field of a release means, as a page and a workbook."""
