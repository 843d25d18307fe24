"""K306-K312 and K314-K316: joint procurement and joint use. What was saved is never added across evidence classes."""

from __future__ import annotations

from datetime import date

from tests.recomputation.figures import Figures
from tests.recomputation.landed import Landed, Record

_SAVED = {"measured": "K308", "self_reported": "K309", "estimated": "K310"}
_SAVED_PERCENT = {"measured": "K314", "self_reported": "K315", "estimated": "K316"}


def shares(landed: Landed) -> list[tuple[Record, Record, date]]:
    """Participants of contracted cases, with the case and the day they took part from."""
    cases = {
        (c["fiscal_year"], c["case_id"]): c
        for c in landed.rows("procurement__joint_cases")
        if landed.is_known(c["contract_date"])
    }
    found = []
    for share in landed.rows("procurement__joint_case_participants"):
        case = cases.get((share["fiscal_year"], share["case_id"]))
        if case is not None:
            since = share["joined_date"] or case["contract_date"]
            if landed.is_known(since):
                found.append((share, case, since))
    return found


def add_procurement(landed: Landed, figures: Figures) -> None:
    """Cases, participants and savings; systems used together and what they cost per head."""
    for case in landed.rows("procurement__joint_cases"):
        is_contracted = landed.is_known(case["contract_date"])
        figures.add("K306", case["fiscal_year"], None, int(is_contracted))
        if is_contracted:
            figures.add("K307", case["fiscal_year"], None, 0, 1)
    for share, case, _ in shares(landed):
        year, code, kind = case["fiscal_year"], share["municipality_code"], share["evidence_class"]
        figures.add("K307", year, None, 1)
        alone, together = share["standalone_cost_jpy"], share["share_amount_jpy"]
        if alone is not None and together is not None:
            figures.add(_SAVED[kind], year, code, alone - together)
            figures.add(_SAVED_PERCENT[kind], year, code, alone - together, alone)
    _add_joint_use(landed, figures)


def _add_joint_use(landed: Landed, figures: Figures) -> None:
    systems: dict[tuple[int, str], bool] = {}
    for use in landed.rows("procurement__joint_use"):
        year, code = use["fiscal_year"], use["municipality_code"]
        has_started = landed.is_known(use["start_date"])
        systems[year, use["system_id"]] = systems.get((year, use["system_id"]), False) or has_started
        if has_started and use["cost_after_jpy"] is not None:
            figures.add("K312", year, code, use["cost_after_jpy"], landed.population[code])
    for (year, _), is_used in systems.items():
        figures.add("K311", year, None, int(is_used))
