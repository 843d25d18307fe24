"""The decision on page one: criteria beside the map, options with what the municipalities would pay of them."""

from __future__ import annotations

import re
from itertools import groupby

from pipelines.report.disclosure.wording import SUPPRESSED
from pipelines.report.document import Cell, Column, Table
from pipelines.report.facts import Facts, Row
from pipelines.report.sections.effect_tables import HIDDEN
from pipelines.report.sections.r9_costs import NO_OPTIONS, UNSET, label_of, shares
from pipelines.report.sections.r9_tables import NO_CRITERIA, judged, legend, value_text, verdict_mark
from pipelines.report.wording import NO_VALUE, number_text

_THOUSAND = 1000
# What page one has room for; the chapter has all of them.
_CRITERIA, _CRITERIA_WITH_DISTANCE = 10, 7
_OPTIONS, _SCENARIOS = 6, 4


def criteria_in_short(facts: Facts) -> Table:
    """For the first page: what each criterion asks, what was found, the verdict and, where there is room, its distance."""
    rows = judged(facts)
    has_room = len(rows) <= _CRITERIA_WITH_DISTANCE
    lines = tuple(
        (
            Cell(facts.label("decision_questions", r["question"])),
            Cell(f"{r['statement']}: {_found(facts, r)}{_distance(r) if has_room else ''}"),
            verdict_mark(r["verdict"]),
        )
        for r in rows[:_CRITERIA]
    )
    more = len(rows) - _CRITERIA
    return Table(
        "criteria_in_short",
        f"{label_of(facts)}の判断基準",
        (Column("観点", width=5), Column("基準: いまの値", width=19), Column("判定", "center", 8.2)),
        lines,
        f"ほか{number_text(more)}件は「{label_of(facts)}の判断材料」の章にあります。"
        if more > 0
        else legend(rows[:_CRITERIA]),
        tuple(r["criterion_id"] for r in rows[:_CRITERIA]),
        width="half",
        empty_reason=NO_CRITERIA,
    )


def _found(facts: Facts, row: Row) -> str:
    if row["verdict"] == HIDDEN:
        return SUPPRESSED
    if row["measured"] is None:
        return "値なし" if row["kpi_id"] else "結果なし"
    value = value_text(facts, row, row["measured"])
    return f"{value}(途中)" if row["verdict_reason"] == "not_yet" else value


def _distance(row: Row) -> str:
    """The first clause of what would change a verdict on a value: how far it is."""
    if row["verdict_reason"] not in ("compared", "not_yet"):
        return ""
    clause = re.split(r"[。(]", row["what_would_change_ja"])[0]
    return f"。{clause}" if clause else ""


def options_in_short(facts: Facts) -> Table:
    """For the first page: every option's cost, and what of it the municipalities would pay under each scenario."""
    rows = shares(facts)
    every = sorted({r["scenario_id"]: r["scenario_name"] for r in rows}.items())
    named = dict(every[:_SCENARIOS])
    lines, options = [], []
    for option, found in groupby(rows, key=lambda r: r["option_id"]):
        options.append(option)
        parts = [r for r in found if r["scenario_id"] in named]
        first = parts[0]
        kind = facts.label("option_kinds", first["option_kind"])
        name = f"{kind}({number_text(first['places'])}団体)" if first["places"] else kind
        lines.append((Cell(name), _thousands(first, first["total"]), *(_part(part) for part in parts)))
    columns = (
        Column("案", width=5),
        Column("計", "right", 2.8),
        *(Column(name, "right", 4.8) for name in named.values()),
    )
    is_cut = len(lines) > _OPTIONS or len(every) > len(named)
    more = f"ほかは「{label_of(facts)}の判断材料」の章にある。" if is_cut else ""
    return Table(
        "options_in_short",
        f"{label_of(facts)}の案と、うち市町村の負担(千円)",
        columns,
        tuple(lines[:_OPTIONS]),
        f"すべて試算。残りは県の負担。括弧内は負担のうち特別交付税措置の見込み。本書は案を推薦しない。{more}",
        tuple(options[:_OPTIONS]),
        width="half",
        empty_reason=NO_OPTIONS,
    )


def _thousands(row: Row, value: int | None) -> Cell:
    if row["unknown"] or value is None:
        return Cell(NO_VALUE)
    return Cell(number_text(value / _THOUSAND), round(value / _THOUSAND), "#,##0")


def _part(row: Row) -> Cell:
    paid = _thousands(row, row["municipality"])
    if not row["municipality"] or row["unknown"]:
        return paid
    tax = UNSET if row["tax_unset"] else number_text(row["tax"] / _THOUSAND)
    return Cell(f"{paid.text} ({tax})")
