"""Refuses a report in which a suppressed figure slipped through, whichever way its section came by it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from pipelines.errors import KyosoError
from pipelines.report.disclosure.cells import Key
from pipelines.report.document import (
    Answer,
    Block,
    Bullets,
    Cards,
    Evidence,
    Figure,
    Paragraph,
    Report,
    Section,
    Table,
)
from pipelines.report.wording import number_text

if TYPE_CHECKING:
    from pipelines.report.disclosure.plan import Decision, Plan

# What is asked for may well be what was measured.
_ASKED = ("目標", "基準値")
_KPI = re.compile(r"K\d{3}")


def check(report: Report, plan: Plan) -> None:
    """Look for suppressed values in everything that speaks of their KPI.

    Raises:
        KyosoError: there is one; no document is written.
    """
    found = [*_in_sections(report, plan), *_in_kartes(report, plan), *_in_evidence(report, plan)]
    if found:
        raise KyosoError(
            f"秘匿する値が報告書の内容に残っているため、報告書を作りません({len(found)}か所)。",
            where="、".join(dict.fromkeys(found)),
            todo="この表示はプログラムの誤りです。版は公開されていません。表示の全文を添えて、開発者に連絡してください"
            '(例: 値は facts.kpi("K602") から取り、倉庫の表を直接に読まない)。',
        )


def _in_sections(report: Report, plan: Plan) -> Iterator[str]:
    secrets = _secrets(plan, None)
    for section in report.sections if secrets else ():
        for kpi_ids, text, number in _said(section):
            for kpi_id in kpi_ids & secrets.keys():
                if any(_tells(secret, text, number) for secret in secrets[kpi_id]):
                    yield f"{section.title}({kpi_id})"


def _in_kartes(report: Report, plan: Plan) -> Iterator[str]:
    for section in report.kartes:
        secrets = _secrets(plan, section.key)
        for kpi_ids, text, number in _said(section) if secrets else ():
            for kpi_id in kpi_ids & secrets.keys():
                if any(_tells(secret, text, number) for secret in secrets[kpi_id]):
                    yield f"カルテ {section.title}({kpi_id})"


def _in_evidence(report: Report, plan: Plan) -> Iterator[str]:
    """Neither the value nor the rows, whose number is how many answered."""
    suppressed = {(d.cell.key.kpi_id, d.cell.key.fiscal_year) for d in plan.suppressed if not d.cell.key[2]}
    for evidence in report.evidence:
        if (evidence.subject_id, report.fiscal_year) in suppressed and _shows(evidence):
            yield f"証跡({evidence.subject_id})"


def _shows(evidence: Evidence) -> bool:
    return bool(evidence.rows) or any(letter.isdigit() for letter in evidence.value + evidence.numerator)


def _secrets(plan: Plan, municipality_code: str | None) -> dict[str, list[Decision]]:
    """Suppressed figures by KPI, without those that read like one that is shown beside them."""
    found: dict[str, list[Decision]] = {}
    for decision in plan.suppressed:
        key = decision.cell.key
        if key.municipality_code == municipality_code and not _is_shown_too(plan, decision):
            found.setdefault(key.kpi_id, []).append(decision)
    return found


def _is_shown_too(plan: Plan, decision: Decision) -> bool:
    cell = decision.cell
    years = (cell.key.fiscal_year - 1, cell.key.fiscal_year + 1)
    beside = (plan.decisions.get(Key(cell.key.kpi_id, year, cell.key.municipality_code)) for year in years)
    return any(d is not None and d.is_shown and _written(d) == _written(decision) for d in beside)


def _written(decision: Decision) -> str:
    return number_text(abs(decision.cell.value), decision.cell.decimals)


def _tells(secret: Decision, text: str, number: object) -> bool:
    if number is not None and float(str(number)) == float(secret.cell.value):
        return True
    # A figure may read like its own number: 112 municipalities of K112.
    return bool(re.search(rf"(?<![\d.,K]){re.escape(_written(secret))}(?![\d,]|\.\d)", text))


def _said(section: Section) -> Iterator[tuple[frozenset[str], str, object]]:
    """Everything a section says: the KPIs it speaks of there, the text, and the number of a cell."""
    for block in section.blocks:
        if isinstance(block, Table | Figure):
            yield from _in_table(block.table if isinstance(block, Figure) else block)
        else:
            for text in _texts(block):
                yield frozenset(_KPI.findall(text)), text, None


def _texts(block: Block) -> Iterator[str]:
    if isinstance(block, Answer):
        yield from (block.lead, block.because)
    elif isinstance(block, Paragraph):
        yield block.text
    elif isinstance(block, Bullets):
        yield from block.items
    elif isinstance(block, Cards):
        yield from (f"{c.kpi_id} {c.value}{c.unit} {c.note}" for c in block.cards)


def _in_table(table: Table) -> Iterator[tuple[frozenset[str], str, object]]:
    if table.roll_up is not None:
        yield from _in_table(table.roll_up)
    yield frozenset(_KPI.findall(table.note)), table.note, None
    for place, row in enumerate(table.rows):
        named = {table.kpi_ids[place]} if table.kpi_ids else set[str]()
        named.update(*(_KPI.findall(cell.text) for cell in row))
        for column, cell in zip(table.columns, row, strict=True):
            if column.label not in _ASKED:
                yield frozenset(named), cell.text, cell.number
