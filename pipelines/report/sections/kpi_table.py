"""KPIs as a table: value, target, numerator and denominator, previous year and status."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from pipelines.report.disclosure.wording import LEGEND, SUPPRESSED
from pipelines.report.document import Cell, Column, Table
from pipelines.report.facts import Kpi
from pipelines.report.wording import minus_of, number_cell

_MARKS = {
    "達成": "good",
    "未達": "bad",
    "現時点": "interim",
    "目標なし": "none",
    "値なし": "none",
    SUPPRESSED: "none",
}
_COLUMNS = (
    Column("番号", width=2.7),
    Column("KPI", width=13.2),
    Column("単位", width=4.1),
    Column("値", "right", 5.0),
    Column("目標", "right", 5.0),
    Column("分子", "right", 5.4),
    Column("分母", "right", 5.0),
    Column("前年度", "right", 5.0),
    Column("前年差", "right", 5.6),
    Column("判定", "center", 4.2),
)


def kpi_table(key: str, title: str, kpis: Iterable[Kpi], groups: dict[str, str]) -> Table:
    """KPIs under the headings of their groups; `groups` gives their names and order."""
    chosen = sorted(kpis, key=lambda k: (list(groups).index(k.kpi_group), k.kpi_id))
    return Table(
        key,
        title,
        _COLUMNS,
        tuple(_row(kpi) for kpi in chosen),
        " ".join([*_reasons(chosen), *legend(chosen)]),
        tuple(k.kpi_id for k in chosen),
        tuple(groups[k.kpi_group] for k in chosen),
        empty_reason="該当なし。KPIが定義されていません。",
    )


def _reasons(kpis: list[Kpi]) -> list[str]:
    """Why KPIs have no value, each reason once."""
    by_reason: dict[str, list[str]] = {}
    for kpi in kpis:
        if kpi.is_missing:
            by_reason.setdefault(kpi.reason or "理由の記録なし", []).append(kpi.kpi_id)
    return [f"値なし({'、'.join(ids)}): {reason}。" for reason, ids in by_reason.items()]


def legend(kpis: Iterable[Kpi]) -> list[str]:
    """What 秘匿 means, where it stands."""
    return [LEGEND] if any(k.is_suppressed or k.is_previous_suppressed for k in kpis) else []


def value_cell(kpi: Kpi) -> Cell:
    """The value as a number, or that it is suppressed."""
    return _cell(kpi.value, kpi, is_suppressed=kpi.is_suppressed)


def _cell(value: Decimal | None, kpi: Kpi, *, is_suppressed: bool, is_signed: bool = False) -> Cell:
    if is_suppressed:
        return Cell(SUPPRESSED, mark="none")
    return number_cell(value, kpi.decimals, minus=minus_of(kpi.unit), is_signed=is_signed)


def _row(kpi: Kpi) -> tuple[Cell, ...]:
    has_both = kpi.value is not None and kpi.previous_value is not None
    change = kpi.value - kpi.previous_value if has_both else None  # type: ignore[operator]
    return (
        Cell(kpi.kpi_id),
        Cell(kpi.name_ja),
        Cell(kpi.unit),
        value_cell(kpi),
        target_cell(kpi),
        Cell(kpi.numerator_text, kpi.numerator, "#,##0.##"),
        Cell(kpi.denominator_text, kpi.denominator, "#,##0.##"),
        _cell(kpi.previous_value, kpi, is_suppressed=kpi.is_previous_suppressed),
        _cell(change, kpi, is_suppressed=kpi.is_suppressed or kpi.is_previous_suppressed, is_signed=True),
        Cell(kpi.status, mark=_MARKS[kpi.status]),
    )


def target_cell(kpi: Kpi) -> Cell:
    """The target, without decimals that say nothing."""
    is_whole = kpi.target is None or kpi.target == kpi.target.to_integral_value()
    return number_cell(kpi.target, 0 if is_whole else kpi.decimals, minus=minus_of(kpi.unit))


def standing(kpi: Kpi) -> Cell:
    """How a KPI stands to its target on the as-of date."""
    if kpi.is_suppressed:
        return Cell(SUPPRESSED, mark="none")
    if kpi.value is None:
        return Cell("値なし", mark="none")
    if kpi.status == "現時点":
        # The year is not over: nothing has been missed yet.
        return Cell("途中", mark="short") if kpi.is_behind else Cell("到達", mark="met")
    return Cell(kpi.status, mark="missed" if kpi.is_behind else "met")
