"""The log of assumptions names real files and real KPIs. One that has gone stale misleads whoever trusts it."""

from __future__ import annotations

import re

from pipelines.settings import CHECKOUT
from tests.unit.report.reading import Rows

TEXT = (CHECKOUT / "reports" / "ASSUMPTIONS.md").read_text(encoding="utf-8")


def test_every_file_it_sends_people_to_exists() -> None:
    named = set(re.findall(r"`([\w./]+\.\w+)`", TEXT))
    assert len(named) > 10
    for name in named:
        assert (CHECKOUT / name).exists() or list((CHECKOUT / "dbt_project").rglob(name)), name


def test_every_kpi_it_speaks_of_is_defined(marts: Rows) -> None:
    defined = {k["kpi_id"] for k in marts.kpis()}
    assert set(re.findall(r"K\d{3}", TEXT)) <= defined


def test_the_thresholds_it_states_are_the_defaults_in_force() -> None:
    rows = (
        (CHECKOUT / "dbt_project/seeds/default_stage_schemes.csv")
        .read_text(encoding="utf-8")
        .splitlines()[1:]
    )
    counts = {row.split(",")[2]: row.split(",")[4] for row in rows}
    stated = (
        f"判断{counts['judge']}、活用{counts['use_support']}、自己解決{counts['solve']}、牽引{counts['lead']}"
    )
    assert stated in TEXT
    assert {float(row.split(",")[3]) for row in rows} == {2.0}
    assert "2.00点以上" in TEXT


def test_the_working_day_it_states_is_the_one_counted() -> None:
    macro = (CHECKOUT / "dbt_project/macros/calendar.sql").read_text(encoding="utf-8")
    assert "* 525" in macro
    assert "- 510" in macro
    assert "8時30分〜17時15分の525分" in TEXT
