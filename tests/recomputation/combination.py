"""K801: municipalities that all four kinds of work reached in the year."""

from __future__ import annotations

from tests.recomputation.community import Chat
from tests.recomputation.deeds import deeds
from tests.recomputation.dispatch import Support
from tests.recomputation.figures import Figures
from tests.recomputation.landed import Landed, year_of
from tests.recomputation.procurement import shares


def add_combination(landed: Landed, figures: Figures) -> None:
    """A visit, a WG meeting, a joint procurement and a post, each at least once."""
    support = Support(landed)
    visited = {
        (year_of(v["visit_date"]), v["municipality_code"])
        for v in landed.rows("visit_log__visits")
        if v["visit_kind"] == "dispatch" and v["status"] == "delivered" and support.covers(v)
    }
    chat = Chat(landed)
    posted = {(year_of(post["posted_at"].date()), chat.home(post)) for post in chat.posts}
    procured = {(case["fiscal_year"], share["municipality_code"]) for share, case, _ in shares(landed)}
    met = {(year, code) for year, code, kind, _ in deeds(landed) if kind == "wg_participation"}
    kinds = [visited, met, procured, posted]
    for year in set.intersection(*({year for year, _ in kind} for kind in kinds)):
        for code in landed.population:
            figures.add("K801", year, code, int(all((year, code) in kind for kind in kinds)), 1)
