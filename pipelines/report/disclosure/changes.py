"""Which changes since an earlier edition may be known: those of figures that neither of the two suppressed.

That a suppressed figure changed would tell something of it too; such figures are not compared at all.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from pipelines.report.disclosure.cells import Key
from pipelines.report.disclosure.earlier import recorded

if TYPE_CHECKING:
    from pipelines.report.disclosure.plan import Plan
    from pipelines.report.edition import PreviousEdition


def may_show_change(plan: Plan, previous: PreviousEdition) -> Callable[[str, int, str | None], bool]:
    """Whether the change of a figure may be known, by KPI, fiscal year and municipality."""
    record = recorded(previous.folder)

    def may_show(kpi_id: str, fiscal_year: int, municipality_code: str | None) -> bool:
        if kpi_id not in plan.kpis:
            return True
        key = Key(kpi_id, fiscal_year, municipality_code)
        is_open = key not in plan.decisions or plan.decisions[key].is_shown
        was_open = municipality_code is None if record is None else record.get(key, True)
        return is_open and was_open

    return may_show
