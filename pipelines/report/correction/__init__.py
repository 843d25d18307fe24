"""Correction requests: per recipient an overview and marked-up copies of what was sent; for the officer one CSV.

`status/修正依頼/<code>_<name>/修正依頼.xlsx` lists the open findings of a municipality and links to the
copies beside it. What the prefecture sends itself, what names no municipality and what names several
have folders of their own. Typed text of personal and respondent fields is masked in every list; a copy
shows what its own sender has typed.
"""

from pipelines.report.correction.copies import Received
from pipelines.report.correction.folder import findings_csv, write_corrections
from pipelines.report.correction.recipients import recipient
from pipelines.report.correction.wording import FOLDER, OVERVIEW, SEVERITY_LABELS, STATE_LABELS

__all__ = [
    "FOLDER",
    "OVERVIEW",
    "SEVERITY_LABELS",
    "STATE_LABELS",
    "Received",
    "findings_csv",
    "recipient",
    "write_corrections",
]
