"""K901-K906: what the programme costs."""

from __future__ import annotations

from datetime import date

from tests.recomputation.figures import Figures, exact
from tests.recomputation.landed import Landed


def add_cost(landed: Landed, figures: Figures) -> None:
    """Budget, spending as closed or else as forecast, staff hours, and what an hour costs."""
    lines = landed.rows("register__costs")
    for year in {line["fiscal_year"] for line in lines}:
        figures.add("K904", year, None, None, len(landed.population))
    for line in lines:
        year = line["fiscal_year"]
        spent = line["actual_jpy"] if line["actual_jpy"] is not None else line["forecast_jpy"]
        figures.add("K901", year, None, line["budget_jpy"])
        if line["staff_hours"] is not None:
            figures.add("K903", year, None, line["staff_hours"])
        if spent is not None:
            for kpi_id in ("K902", "K904"):
                figures.add(kpi_id, year, None, spent)
            figures.add("K905", year, None, spent if line["fund_source"] == "general" else 0)
        hourly = _hourly_cost(landed, year)
        if hourly is not None:
            figures.add("K906", year, None, (spent or 0) + exact(line["staff_hours"] or 0) * exact(hourly))


def _hourly_cost(landed: Landed, year: int) -> int | None:
    """The newest rate that is valid at some time of the year."""
    rates = [
        (p["valid_from"], p["value"])
        for p in landed.rows("policy__parameters")
        if p["name"] == "staff_hourly_cost_jpy" and p["valid_from"] <= date(year + 1, 3, 31)
    ]
    return max(rates)[1] if rates else None
