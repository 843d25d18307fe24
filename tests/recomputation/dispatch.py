"""K201-K215: the dispatch, against the plan in force in each month."""

from __future__ import annotations

import calendar
import math
from collections import defaultdict
from datetime import date
from fractions import Fraction
from typing import Any

from tests.recomputation.figures import Figures
from tests.recomputation.landed import Landed, Record, days, year_of


class Support:
    """What the plans say, month by month: which days are covered, by whom, and how many visits fall due."""

    def __init__(self, landed: Landed) -> None:
        self.due: dict[tuple[int, str], int] = defaultdict(int)
        self.full_months: set[tuple[int, str, date]] = set()
        self._plans_of_day: dict[tuple[str, date], list[Record]] = defaultdict(list)
        plans = landed.rows("register__dispatch_plans")
        for plan_id, year in {(p["plan_id"], p["fiscal_year"]) for p in plans}:
            versions = [p for p in plans if (p["plan_id"], p["fiscal_year"]) == (plan_id, year)]
            for month in _months(year):
                in_force = [v for v in versions if v["effective_month"] <= month]
                if in_force:
                    self._add_month(landed, max(in_force, key=lambda v: v["plan_version"]), month)
        self._find_full_months(landed)

    def _add_month(self, landed: Landed, plan: Record, month: date) -> None:
        place = (plan["fiscal_year"], plan["municipality_code"])
        whole = _days_of(month)
        covered = [day for day in whole if plan["start_date"] <= day <= plan["end_date"]]
        if not covered:
            return
        for day in covered:
            self._plans_of_day[plan["municipality_code"], day].append(plan)
        past = sum(day <= landed.as_of for day in covered)
        share = Fraction(plan["planned_visit_count"] * past, len(whole))
        self.due[place] += math.floor(share + Fraction(1, 2))

    def _find_full_months(self, landed: Landed) -> None:
        for code, day in list(self._plans_of_day):
            month = day.replace(day=1)
            whole = _days_of(month)
            if whole[-1] <= landed.as_of and all((code, d) in self._plans_of_day for d in whole):
                self.full_months.add((year_of(month), code, month))

    def covers(self, visit: Record) -> bool:
        """Whether the municipality had support planned on the day of the visit."""
        return (visit["municipality_code"], visit["visit_date"]) in self._plans_of_day

    def price(self, visit: Record) -> int:
        """The unit price of the visitor's own contract; of a visitor without one, the mean of that day's contracts."""
        plans = self._plans_of_day[visit["municipality_code"], visit["visit_date"]]
        own = [p["unit_price_jpy"] for p in plans if p["person"] == visit["person"]]
        if own:
            return int(max(own))
        return math.floor(Fraction(sum(p["unit_price_jpy"] for p in plans), len(plans)) + Fraction(1, 2))


def _months(year: int) -> list[date]:
    return [date(year + (m > 12), (m - 1) % 12 + 1, 1) for m in range(4, 16)]


def _days_of(month: date) -> list[date]:
    last = calendar.monthrange(month.year, month.month)[1]
    return list(days(month, month.replace(day=last)))


def add_dispatch(landed: Landed, figures: Figures) -> None:
    """Planned, delivered, on site, missed, called off; goals, deliverables, and what one of each costs."""
    support = Support(landed)
    reported = [v for v in landed.rows("visit_log__visits") if v["visit_kind"] == "dispatch"]
    delivered: dict[tuple[int, str], list[Record]] = defaultdict(list)
    places = set()
    for visit in reported:
        place = (year_of(visit["visit_date"]), visit["municipality_code"])
        places.add(place)
        figures.add("K209", *place, int(visit["status"] != "delivered"))
        if visit["status"] == "delivered" and support.covers(visit):
            delivered[place].append(visit)
    adopted = _add_goals_and_deliverables(landed, figures)
    for place, due in support.due.items():
        figures.add("K201", *place, due)
        figures.add("K203", *place, len(delivered[place]), due)
    for place in places:
        _add_visits(figures, place, delivered[place], support)
    _add_months(figures, support, delivered)
    for place in places | set(adopted):
        _add_costs(figures, place, delivered[place], adopted.get(place), support)


def _add_visits(figures: Figures, place: tuple[int, str], visits: list[Record], support: Support) -> None:
    on_site = [v for v in visits if v["mode"] == "on_site"]
    figures.add("K202", *place, len(visits))
    figures.add("K204", *place, len({v["visit_date"] for v in visits}))
    figures.add("K210", *place, sum((_hours(v) for v in visits), Fraction()))
    if visits:
        first = min(visits, key=_order)
        figures.add("K205", *place, len(on_site), len(visits))
        figures.add("K207", *place, int(first["mode"] == "on_site"), 1)


def _order(visit: Record) -> tuple[Any, ...]:
    start = visit["start_minute"]
    return (visit["visit_date"], start is None, start or 0, visit["visit_id"])


def _hours(visit: Record) -> Fraction:
    start, end = visit["start_minute"], visit["end_minute"]
    spent = Fraction(int(end - start), 60) if start is not None and end is not None else Fraction()
    return spent + Fraction(str(visit["preparation_hours"] or 0))


def _add_months(figures: Figures, support: Support, delivered: dict[tuple[int, str], list[Record]]) -> None:
    for year, code, month in support.full_months:
        visits = [v for v in delivered[year, code] if v["visit_date"].replace(day=1) == month]
        figures.add("K206", year, code, int(any(v["mode"] == "on_site" for v in visits)), 1)
        figures.add("K208", year, code, int(not visits), 1)


def _add_goals_and_deliverables(landed: Landed, figures: Figures) -> dict[tuple[int, str], int]:
    for goal in landed.rows("register__goals"):
        is_attained = goal["attainment"] == "attained" and (
            goal["attained_date"] is None or landed.is_known(goal["attained_date"])
        )
        figures.add("K211", goal["fiscal_year"], goal["municipality_code"], int(is_attained), 1)
    adopted: dict[tuple[int, str], int] = defaultdict(int)
    for deliverable in landed.rows("register__deliverables"):
        if deliverable["is_from_dispatch"]:
            is_adopted = landed.is_known(deliverable["approved_date"])
            place = (deliverable["fiscal_year"], deliverable["municipality_code"])
            adopted[place] += is_adopted
            figures.add("K212", *place, int(is_adopted))
    return adopted


def _add_costs(
    figures: Figures, place: tuple[int, str], visits: list[Record], adopted: int | None, support: Support
) -> None:
    cost = sum(support.price(v) + (v["travel_cost_jpy"] or 0) for v in visits)
    days_on_site = {v["visit_date"] for v in visits if v["mode"] == "on_site"}
    if visits:
        figures.add("K213", *place, cost, len(visits))
        figures.add("K214", *place, cost, len(days_on_site))
    figures.add("K215", *place, cost if visits else None, adopted)
