"""How numbers, dates and codes are written for people."""

from __future__ import annotations

import re
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from pipelines.fiscal_year import date_label, label, short_label
from pipelines.report.document import Cell

NO_VALUE = "－"
MINUS, MONEY_MINUS = "−", "▲"
STAGE_LABELS = {"co_creation": "共創", "collaboration": "協働", "below": "協働未達"}
Number = Decimal | float | int

# A figure and what it counts, a KPI's number, a date: what no line may part.
MEASURE = re.compile(
    r"K\d{3}|R\d+(?:\.\d+)*|[▲−+]?\d[\d,.]*(?:団体月|団体|人回|時間|ポイント|年度|点|件|円|回|人|日|月|年|行|者|章|%)?"
)

# Line breaking (禁則処理, JIS X 4051): what no line begins with, and what none ends with.
NEVER_FIRST = "、。，．,.)）」』】〕］}!！?？々ー〜:：;；・％%ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ"
NEVER_LAST = "(（「『【〔［{"


def wareki(day: date) -> str:
    """令和8年(2026年)11月20日."""
    return date_label(day)


def short_date(day: date | None) -> str:
    """R8.11.20, or a dash."""
    if day is None:
        return NO_VALUE
    era_and_year = re.match(r"(..)(元|\d+)年", date_label(day))
    assert era_and_year is not None
    letter = {"令和": "R", "平成": "H", "昭和": "S"}.get(era_and_year[1], era_and_year[1])
    return f"{letter}{era_and_year[2].replace('元', '1')}.{day.month}.{day.day}"


def month_label(month: date) -> str:
    """11月."""
    return f"{month.month}月"


def year_label(fiscal_year: int) -> str:
    """令和8年度."""
    return label(fiscal_year).split("(")[0]


def short_year(fiscal_year: int) -> str:
    """R8."""
    return short_label(fiscal_year)


def rounded(value: Number, decimals: int) -> Decimal:
    """Half rounded away from zero, on the digits as written."""
    return Decimal(str(value)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def number_text(value: Number | None, decimals: int = 0, minus: str = MINUS) -> str:
    """Thousands separated, half rounded up, − for statistics; a dash without a value."""
    if value is None:
        return NO_VALUE
    number = rounded(value, decimals)
    text = f"{abs(number):,.{decimals}f}"
    return f"{minus}{text}" if number < 0 else text


def signed_text(change: Number | None, decimals: int = 0, minus: str = MINUS) -> str:
    """A change with its sign; nothing stands before zero."""
    text = number_text(change, decimals, minus)
    return f"+{text}" if change is not None and rounded(change, decimals) > 0 else text


def number_cell(
    value: Number | None, decimals: int = 0, mark: str = "", *, minus: str = MINUS, is_signed: bool = False
) -> Cell:
    """A number in a table; the spreadsheet's format writes it as the text does."""
    write = signed_text if is_signed else number_text
    if value is None:
        return Cell(NO_VALUE, mark=mark)
    digits = "#,##0" + ("." + "0" * decimals if decimals else "")
    plus = f"+{digits}" if is_signed else digits
    return Cell(
        write(value, decimals, minus), Decimal(str(value)), f'{plus};"{minus}"{digits};{digits}', mark
    )


def yen_cell(value: Number | None) -> Cell:
    """Money, with ▲ before what is negative."""
    return number_cell(value, minus=MONEY_MINUS)


def minus_of(unit: str) -> str:
    """▲ before money, − before everything else."""
    return MONEY_MINUS if unit == "円" else MINUS


def stage_cell(stage: str | None) -> Cell:
    """A stage by its name and mark."""
    return Cell(STAGE_LABELS[stage], mark=stage) if stage else Cell(NO_VALUE)


def stage_label(stage: str | None) -> str:
    """A stage by its name."""
    return STAGE_LABELS[stage] if stage else NO_VALUE


def percent(part: float | int, whole: float | int, decimals: int = 1) -> str:
    """A share, or a dash when there is no whole."""
    return f"{number_text(100 * part / whole, decimals)}%" if whole else NO_VALUE
