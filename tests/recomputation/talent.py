"""K401-K407: whether the talent could be secured."""

from __future__ import annotations

from tests.recomputation.figures import Figures
from tests.recomputation.landed import Landed


def add_talent(landed: Landed, figures: Figures) -> None:
    """Posts opened and filled, applicants, interviews, early ends, pools and firms."""
    firms = set()
    for posting in landed.rows("register__recruitments"):
        place = (posting["fiscal_year"], posting["municipality_code"])
        is_decided = landed.is_known(posting["decided_date"])
        figures.add("K401", *place, int(is_decided), 1)
        if posting["applicant_count"] is not None:
            figures.add("K402", *place, posting["applicant_count"], 1)
        if landed.is_known(posting["start_date"]):
            figures.add("K403", *place, (posting["start_date"] - posting["posted_date"]).days, 1)
        if posting["interview_count"] is not None:
            figures.add("K404", *place, posting["joint_interview_count"] or 0, posting["interview_count"])
        figures.add("K405", *place, int(posting["end_kind"] in ("early_end", "replaced")))
        if posting["pool_count"] is not None:
            figures.add("K406", posting["fiscal_year"], None, posting["pool_count"], 1)
        firms.add((posting["fiscal_year"], posting["supplier_corporate_number"]))
    for year, number in firms:
        figures.add("K407", year, None, int(number is not None))
