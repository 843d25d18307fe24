"""Findings: what is wrong, where, what was expected and what to do, for the person who sent the file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace

MASKED = "(個人・回答者の項目のため表示しません)"
ERROR, WARNING, INFO = "error", "warning", "info"
# A column typed wrongly throughout is one mistake: so many cells of it are named one by one.
NAMED_ONE_BY_ONE = 1_000


@dataclass(frozen=True)
class Finding:
    """One thing a person should look at.

    `severity` is error (a file, row or field did not land), warning (landed, read differently from how
    it was typed, or incomplete) or info (left out on purpose, such as a hidden sheet). `row_key` tells
    the row apart in every revision of the file, where the row has a key.
    """

    file_id: str
    source: str
    dataset: str
    sheet: str
    cell: str
    row: int
    field: str
    field_label: str
    typed_text: str
    rule: str
    message: str
    expected: str
    example: str
    suggestion: str
    severity: str
    municipality_code: str = ""
    row_key: str = ""

    @property
    def finding_id(self) -> str:
        """The same finding in the same file has the same id every night."""
        text = "\x1f".join(
            (self.file_id, self.source, self.sheet, self.cell, self.field, self.rule, self.message)
        )
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def as_row(self) -> dict[str, object]:
        """The finding as a row of the control table."""
        return {"finding_id": self.finding_id} | {f.name: getattr(self, f.name) for f in fields(self)}


@dataclass(frozen=True)
class Place:
    """Where in which file a finding arose; everything a Finding needs besides the rule itself."""

    file_id: str
    source: str
    dataset: str = ""
    sheet: str = ""
    municipality_code: str = ""

    def finding(
        self,
        severity: str,
        rule: str,
        message: str,
        *,
        cell: str = "",
        row: int = 0,
        field: str = "",
        field_label: str = "",
        typed_text: str = "",
        expected: str = "",
        example: str = "",
        suggestion: str = "",
    ) -> Finding:
        """A finding at this place."""
        return Finding(
            file_id=self.file_id,
            source=self.source,
            dataset=self.dataset,
            sheet=self.sheet,
            municipality_code=self.municipality_code,
            cell=cell,
            row=row,
            field=field,
            field_label=field_label,
            typed_text=typed_text,
            rule=rule,
            message=message,
            expected=expected,
            example=example,
            suggestion=suggestion,
            severity=severity,
        )


def bounded(findings: Iterable[Finding]) -> list[Finding]:
    """The findings of one file, with those beyond `NAMED_ONE_BY_ONE` of one kind in one column as a single one."""
    kept: list[Finding] = []
    counts: dict[tuple[str, str, str], int] = {}
    beyond: dict[tuple[str, str, str], list[Finding]] = {}
    for finding in findings:
        kind = (finding.sheet, finding.rule, finding.field)
        counts[kind] = counts.get(kind, 0) + 1
        if counts[kind] <= NAMED_ONE_BY_ONE:
            kept.append(finding)
        else:
            beyond.setdefault(kind, []).append(finding)
    for rest in beyond.values():
        rows = sorted(finding.row for finding in rest)
        text = (
            f"同じ指摘がほかに{len(rest):,}件あります({rows[0]:,}行目から{rows[-1]:,}行目)。{rest[0].message}"
        )
        kept.append(replace(rest[0], cell="", typed_text="", message=text))
    return kept
