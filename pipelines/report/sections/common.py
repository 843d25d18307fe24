"""Blocks that several sections use."""

from __future__ import annotations

from collections.abc import Iterable

from pipelines.report.document import Block, Cell, Column, Paragraph, Table
from pipelines.report.facts import Facts, Kpi
from pipelines.report.wording import NO_VALUE, number_cell, number_text, wareki

_SIGNS = {"達成": "good", "未達": "bad", "現時点": "interim", "目標なし": "", "値なし": "none"}
_KPI_COLUMNS = (
    Column("番号", width=0.55),
    Column("KPI", width=2.9),
    Column("値", "right", 1.25),
    Column("目標", "right", 1.0),
    Column("分子/分母", "right", 1.6),
    Column("前年度", "right", 1.2),
    Column("前年差", "right", 1.1),
    Column("判定", "center", 0.85),
)


def kpi_table(facts: Facts, key: str, title: str, kpi_ids: Iterable[str], note: str = "") -> Table:
    """KPIs with target, value, numerator and denominator, previous year and status."""
    chosen = [facts.kpi(kpi_id) for kpi_id in kpi_ids]
    rows = tuple(_kpi_row(kpi) for kpi in chosen)
    return Table(
        key,
        title,
        _KPI_COLUMNS,
        rows,
        " ".join([note, *_reasons(chosen)]).strip(),
        tuple(k.kpi_id for k in chosen),
    )


def _reasons(kpis: list[Kpi]) -> list[str]:
    """Why KPIs have no value, each reason once."""
    by_reason: dict[str, list[str]] = {}
    for kpi in kpis:
        if kpi.value is None:
            by_reason.setdefault(kpi.reason or "理由の記録なし", []).append(kpi.kpi_id)
    return [f"値なし({'・'.join(ids)}): {reason}。" for reason, ids in by_reason.items()]


def _kpi_row(kpi: Kpi) -> tuple[Cell, ...]:
    change = (
        kpi.value - kpi.previous_value if kpi.value is not None and kpi.previous_value is not None else None
    )
    value = number_cell(kpi.value, kpi.decimals)
    shown = f"{value.text}{kpi.unit}" if kpi.value is not None else NO_VALUE
    return (
        Cell(kpi.kpi_id),
        Cell(kpi.name_ja),
        Cell(shown, value.number, value.number_format),
        number_cell(kpi.target, _target_decimals(kpi)),
        Cell(fraction(kpi)),
        number_cell(kpi.previous_value, kpi.decimals),
        Cell(signed(change, kpi.decimals)),
        Cell(kpi.status, mark=_SIGNS[kpi.status]),
    )


def _target_decimals(kpi: Kpi) -> int:
    return 0 if kpi.target is None or kpi.target == kpi.target.to_integral_value() else kpi.decimals


def fraction(kpi: Kpi) -> str:
    """Numerator and denominator as text."""
    if kpi.numerator is None and kpi.denominator is None:
        return NO_VALUE
    top = (
        number_text(kpi.numerator, 0 if _is_whole(kpi.numerator) else 1)
        if kpi.numerator is not None
        else "中央値"
    )
    if kpi.denominator is None:
        return top
    return f"{top} / {number_text(kpi.denominator, 0 if _is_whole(kpi.denominator) else 1)}"


def _is_whole(value: object) -> bool:
    return value is None or float(str(value)).is_integer()


def signed(change: object, decimals: int) -> str:
    """A change with its sign."""
    if change is None:
        return NO_VALUE
    text = number_text(change, decimals)  # type: ignore[arg-type]
    return text if text.startswith("−") or not text.strip("0.,") else f"+{text}"


def opinions(facts: Facts, section_no: int) -> list[Block]:
    """The officer's commentary, marked as opinion."""
    return [
        Paragraph(
            f"所見({row['author_section'] or '記入課不明'}、{wareki(row['written_date'])}): {row['body']}",
            "opinion",
        )
        for row in facts.commentary(section_no)
    ]
