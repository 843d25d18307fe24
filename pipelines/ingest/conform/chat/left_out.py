"""What did not become a row of chat activity, in a number of findings that a person can read."""

from __future__ import annotations

from collections.abc import Iterable

from pipelines.ingest.findings import ERROR, Finding, Place
from pipelines.ingest.read.chat_export import Remark, Rule, SetAside

# Beyond so many day files with the same mistake the export as a whole is wrong.
PARTS_NAMED_ONE_BY_ONE = 200


def set_aside_findings(place: Place, parts: Iterable[SetAside]) -> list[Finding]:
    """One finding per rule and day file, with the first places and the count; the rest of a rule as one."""
    by_rule: dict[Rule, list[SetAside]] = {}
    for part in parts:
        by_rule.setdefault(part.rule, []).append(part)
    findings = []
    for rule, found in by_rule.items():
        findings += [_finding(place, rule, part) for part in found[:PARTS_NAMED_ONE_BY_ONE]]
        rest = found[PARTS_NAMED_ONE_BY_ONE:]
        if rest:
            count = sum(part.count for part in rest)
            text = (
                f"ほかに{len(rest):,}個のファイル・シート({rest[0].sheet} から {rest[-1].sheet})に{count:,}件"
            )
            findings.append(_worded(place, rule, f"{rule.message}が、{text}あります。"))
    return findings


def _finding(place: Place, rule: Rule, part: SetAside) -> Finding:
    there = Place(place.file_id, place.source, place.dataset, part.sheet)
    shown = "、".join(f"{row}件目" for row in part.rows)
    more = "など" if part.count > len(part.rows) else ""
    text = f"{rule.message}が{part.count:,}件あります({shown}{more})。"
    return _worded(there, rule, text, f"{shown}{more}", part.rows[0] if part.rows else 0)


def _worded(place: Place, rule: Rule, text: str, cell: str = "", row: int = 0) -> Finding:
    return place.finding(
        ERROR,
        rule.name,
        f"{text}集計に入っていません。",
        row=row,
        cell=cell,
        expected=rule.expected,
        example=rule.example,
        suggestion=rule.suggestion,
    )


def remark_findings(place: Place, remarks: Iterable[Remark]) -> list[Finding]:
    """Remarks of a reader as findings; those about day files bounded like the others."""
    findings: list[Finding] = []
    beyond: dict[tuple[str, str], list[Remark]] = {}
    counts: dict[str, int] = {}
    for remark in remarks:
        counts[remark.rule] = counts.get(remark.rule, 0) + 1
        if counts[remark.rule] > PARTS_NAMED_ONE_BY_ONE:
            beyond.setdefault((remark.severity, remark.rule), []).append(remark)
            continue
        findings.append(_said(place, remark, remark.message, remark.sheet))
    for rest in beyond.values():
        text = f"同じ指摘がほかに{len(rest):,}件あります({rest[0].sheet} から {rest[-1].sheet})。"
        findings.append(_said(place, rest[0], text, ""))
    return findings


def _said(place: Place, remark: Remark, text: str, sheet: str) -> Finding:
    return Place(place.file_id, place.source, place.dataset, sheet).finding(
        remark.severity,
        remark.rule,
        text,
        expected=remark.expected,
        example=remark.example,
        suggestion=remark.suggestion,
    )
