"""K601-K607: what stays when the dispatch ends, and what was needed before."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction

from tests.recomputation.figures import Figures, exact, published
from tests.recomputation.landed import Landed, Record, year_of

_WAVES = ("before", "end", "six_months_after")
_TASKS = ("planning", "procurement", "operation", "data")


def dispatch_year(answer: Record) -> int:
    """The year of the dispatch spoken of: six months later is the next one, and the end may be answered late."""
    answered = answer["answered_date"]
    is_late_end = answer["wave"] == "end" and 4 <= answered.month <= 7
    return year_of(answered) - int(is_late_end or answer["wave"] == "six_months_after")


def add_transfer(landed: Landed, figures: Figures) -> None:
    """Change since before the dispatch, and the newest wave's answers about successors, papers and money."""
    by_year = defaultdict(list)
    for answer in landed.rows("survey__transfer_answers"):
        by_year[dispatch_year(answer)].append(answer)
    for year, answers in by_year.items():
        newest = max((a["wave"] for a in answers), key=_WAVES.index)
        _add_changes(figures, year, answers, newest)
        if newest != "before":
            _add_prospects(figures, year, [a for a in answers if a["wave"] == newest])
    _add_needs(landed, figures)


def _add_changes(figures: Figures, year: int, answers: list[Record], newest: str) -> None:
    for kpi_id, prefix, scale in (("K601", "can_do_", 1), ("K604", "hours_", len(_TASKS))):
        for code in {a["municipality_code"] for a in answers}:
            own = [
                a for a in answers if a["municipality_code"] == code and a["respondent_kind"] != "dispatched"
            ]
            before, after = (
                _mean([a[prefix + task] for a in own if a["wave"] == wave for task in _TASKS])
                for wave in ("before", newest)
            )
            if newest != "before" and before is not None and after is not None:
                figures.add(kpi_id, year, code, published(scale * (after - before)), 1)


def _mean(values: list[int | float | None]) -> Fraction | None:
    given = [exact(v) for v in values if v is not None]
    return sum(given, Fraction()) / len(given) if given else None


def _add_prospects(figures: Figures, year: int, answers: list[Record]) -> None:
    for answer in (a for a in answers if a["respondent_kind"] != "dispatched"):
        place = (year, answer["municipality_code"])
        for kpi_id, field in (("K602", "has_successor"), ("K603", "has_handover")):
            if answer[field] is not None:
                figures.add(kpi_id, *place, int(answer[field]), 1)
        share = answer["willing_to_pay_pct"]
        if share is not None:
            figures.add("K605", *place, int(share > 0), 1)
            figures.add("K606", *place, share, 1)


def _add_needs(landed: Landed, figures: Figures) -> None:
    newest: dict[tuple[int, str], Record] = {}
    for need in sorted(landed.rows("survey__needs"), key=lambda n: (n["answered_date"], n["response_id"])):
        if need["lacks_staff"] is not None:
            newest[year_of(need["answered_date"]), need["municipality_code"]] = need
    for (year, code), need in newest.items():
        figures.add("K607", year, code, int(need["lacks_staff"]), 1)
