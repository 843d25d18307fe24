"""How numbers, dates and codes are written for people."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from pipelines.fiscal_year import ERA_FIRST_YEARS
from pipelines.report.document import Cell

NO_VALUE = "－"
STAGE_LABELS = {"co_creation": "共創", "collaboration": "協働", "below": "協働未達"}


def wareki(day: date) -> str:
    """令和8年(2026年)11月20日."""
    return f"令和{_era_year(day.year)}年({day.year}年){day.month}月{day.day}日"


def short_date(day: date | None) -> str:
    """R8.11.20, or a dash."""
    return f"R{_era_year(day.year)}.{day.month}.{day.day}" if day else NO_VALUE


def month_label(month: date) -> str:
    """11月."""
    return f"{month.month}月"


def year_label(fiscal_year: int) -> str:
    """令和8年度."""
    return f"令和{_era_year(fiscal_year)}年度"


def short_year(fiscal_year: int) -> str:
    """R8."""
    return f"R{_era_year(fiscal_year)}"


def _era_year(year: int) -> str:
    number = year - ERA_FIRST_YEARS["令和"] + 1
    return "元" if number == 1 else str(number)


def number_text(value: Decimal | float | int | None, decimals: int = 0) -> str:
    """Thousands separated, half rounded up, a true minus sign; a dash without a value."""
    if value is None:
        return NO_VALUE
    rounded = Decimal(str(value)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    text = f"{abs(rounded):,.{decimals}f}"
    return f"−{text}" if rounded < 0 else text


def number_cell(value: Decimal | float | int | None, decimals: int = 0, mark: str = "") -> Cell:
    """A number in a table."""
    if value is None:
        return Cell(NO_VALUE, mark=mark)
    exact = Decimal(str(value))
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    return Cell(number_text(exact, decimals), exact, pattern, mark)


def stage_cell(stage: str | None) -> Cell:
    """A stage by its name and mark."""
    return Cell(STAGE_LABELS[stage], mark=stage) if stage else Cell(NO_VALUE)


def stage_label(stage: str | None) -> str:
    """A stage by its name."""
    return STAGE_LABELS[stage] if stage else NO_VALUE


def percent(part: float | int, whole: float | int, decimals: int = 1) -> str:
    """A share, or a dash when there is no whole."""
    return f"{number_text(100 * part / whole, decimals)}%" if whole else NO_VALUE
