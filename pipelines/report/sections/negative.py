"""What did not work, looked for by fixed rules, whoever it embarrasses. An empty answer names the rules that found nothing."""

from __future__ import annotations

from pipelines.report.document import Block, Cell, Column, Paragraph, Section, Table
from pipelines.report.facts import Facts
from pipelines.report.sections.negative_cases import RULES, Case, cases
from pipelines.report.wording import number_cell, number_text


def build(facts: Facts) -> Section:
    """うまくいかなかったこと."""
    found = cases(facts)
    total = sum(len(rows) for rows in found.values())
    text = (
        f"成果と同じ資料から、次の規則でうまくいかなかったことを探し、見つかった{number_text(total)}件のすべてを示します。"
        "件数の多さは失敗の重さを表しません。年度の途中のものは、年度末までに変わりえます。"
    )
    if not total:
        text = "該当なし。次の規則で探しましたが、当てはまるものはありませんでした。"
    blocks: list[Block] = [Paragraph(text), _rules(facts, found), _list(found)]
    return Section("negative", "うまくいかなかったこと", tuple(blocks))


def _rules(facts: Facts, found: dict[str, list[Case]]) -> Table:
    lines = tuple(
        (
            Cell(name),
            Cell(rule),
            number_cell(len(found[key])) if found[key] else Cell("該当なし", mark="none"),
        )
        for key, (name, rule) in RULES.items()
    )
    columns = (Column("見たこと", width=9), Column("規則", width=24), Column("件", "right", 3.4))
    return Table(
        "negative_rules",
        "探した規則と件数",
        columns,
        lines,
        _unsearched(facts),
        empty_reason="該当なし。規則がありません。",
    )


def _unsearched(facts: Facts) -> str:
    hidden = [k.kpi_id for k in facts.kpis.values() if k.is_suppressed]
    return (
        f"秘匿したKPI({'、'.join(hidden)})と、それによる判断基準は、規則にかけていません。" if hidden else ""
    )


def _list(found: dict[str, list[Case]]) -> Table:
    named = [(key, case) for key, rows in found.items() for case in rows]
    lines = tuple(tuple(Cell(text) for text in case) for _, case in named)
    columns = (
        Column("何が、だれが", width=12),
        Column("何が起きたか", width=22),
        Column("記録のある所", width=8),
    )
    return Table(
        "negative_cases",
        "見つかったもの",
        columns,
        lines,
        groups=tuple(RULES[key][0] for key, _ in named),
        empty_reason="該当なし。上の規則のどれにも、当てはまるものがありませんでした。",
    )
