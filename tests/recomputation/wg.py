"""K301-K305 and K313: working groups."""

from __future__ import annotations

from tests.recomputation.figures import Figures
from tests.recomputation.landed import Landed


def add_wg(landed: Landed, figures: Figures) -> None:
    """WGs at work, who started them, what came of them, and whether they run without the prefecture."""
    for wg in landed.rows("register__wgs"):
        year, wg_id = wg["fiscal_year"], wg["wg_id"]
        is_active = wg["status"] == "active"
        figures.add("K301", year, None, int(is_active))
        if wg["status"] != "cancelled":
            figures.add("K302", year, None, int(wg["initiator_kind"] in ("municipality", "bureau")), 1)
            figures.add("K313", year, None, int(wg["goals_code"] is not None), 1)
        figures.add("K303", year, None, int(_is_concrete(landed, wg_id, year)), 1)
        if is_active:
            figures.add("K304", year, None, int(_is_self_sustaining(landed, wg_id, year)), 1)
    for year, code in _participations(landed):
        figures.add("K305", year, code, 1)


def _is_concrete(landed: Landed, wg_id: str, year: int) -> bool:
    """Ended alone is no outcome: it counts when it had been carried out before."""
    return any(
        outcome["outcome_stage"] in ("implemented", "operating")
        for outcome in landed.rows("register__wg_outcomes")
        if outcome["wg_id"] == wg_id
        and outcome["fiscal_year"] <= year
        and landed.is_known(outcome["reached_date"])
    )


def _is_self_sustaining(landed: Landed, wg_id: str, year: int) -> bool:
    meetings = [
        (m["held_date"], m["meeting_no"], m["facilitator_kind"])
        for m in landed.rows("register__wg_meetings")
        if m["wg_id"] == wg_id and m["fiscal_year"] <= year and landed.is_known(m["held_date"])
    ]
    last_three = [facilitator for _, _, facilitator in sorted(meetings)[-3:]]
    return len(last_three) == 3 and not {"prefecture", "producer"} & set(last_three)


def _participations(landed: Landed) -> set[tuple[int, str]]:
    """Years and municipalities with at least one person at a meeting that was held."""
    held = {
        (m["fiscal_year"], m["wg_id"], m["meeting_no"])
        for m in landed.rows("register__wg_meetings")
        if landed.is_known(m["held_date"])
    }
    return {
        (a["fiscal_year"], a["municipality_code"])
        for a in landed.rows("register__wg_attendance")
        if a["headcount"] > 0 and (a["fiscal_year"], a["wg_id"], a["meeting_no"]) in held
    }
