"""Figures under other assumptions are quoted in budget talks: computed by another rule than the night's, they would mislead."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.errors import KyosoError
from pipelines.model.recompute import RULES_FILE, read_rules
from pipelines.serve.whatif import Difference, Outcome, list_levers, what_if
from pipelines.settings import Settings


def changed(differences: tuple[Difference, ...]) -> list[Difference]:
    return [d for d in differences if d.is_change]


def total(outcome: Outcome, side: str, option: str, scenario: str, payer: str | None = None) -> int:
    rows = [getattr(d, side) for d in outcome.costs]
    return sum(
        r["cost_jpy"]
        for r in rows
        if r and (r["option_id"], r["scenario_id"]) == (option, scenario) and payer in (None, r["payer"])
    )


def digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_present_values_give_the_released_marts_row_for_row(sample_settings: Settings) -> None:
    _, levers = list_levers(sample_settings)
    outcome = what_if(sample_settings, [f"{lever.name}={lever.text}" for lever in levers])
    assert outcome.changes == ()
    with duckdb.connect(str(sample_settings.warehouse), read_only=True) as con:
        counts = con.execute(
            "select (select count(*) from mart_decision where fiscal_year = 2026), "
            "(select count(*) from mart_r9_cost where fiscal_year = 2026)"
        ).fetchone()
    assert (len(outcome.decisions), len(outcome.costs)) == counts
    assert changed(outcome.decisions) == changed(outcome.costs) == []


def test_a_threshold_changes_its_criterion_and_nothing_else(sample_settings: Settings) -> None:
    outcome = what_if(sample_settings, ["D5.threshold=20"])
    (only,) = changed(outcome.decisions)
    assert only.key == ("D5",)
    assert only.before is not None
    assert only.after is not None
    assert (only.before["verdict"], only.after["verdict"]) == ("not_met", "met")
    assert only.after["threshold"] == 20
    assert changed(outcome.costs) == []
    ((old, new),) = outcome.changes
    assert (old.text, new.text) == ("50", "20")


def test_the_evidence_asked_for_decides_whether_a_value_is_judged(sample_settings: Settings) -> None:
    outcome = what_if(sample_settings, ["D3.judged_at=基準日時点", "D3.required_evidence_class=実測"])
    (only,) = changed(outcome.decisions)
    assert only.after is not None
    assert only.after["verdict_reason"] == "weak_evidence"
    outcome = what_if(sample_settings, ["D3.judged_at=基準日時点", "D3.required_evidence_class=問わない"])
    (only,) = changed(outcome.decisions)
    assert only.after is not None
    assert (only.after["verdict"], only.after["verdict_reason"]) == ("not_met", "compared")


def test_half_the_months_cost_half_of_that_option_alone(sample_settings: Settings) -> None:
    outcome = what_if(sample_settings, ["O3.month_count=4"])
    assert {d.key[0] for d in changed(outcome.costs)} == {"O3"}
    assert {d.key[2] for d in changed(outcome.costs)} == {"dispatch", "travel"}
    common_and_staff = 600_000 + 700 * 3600
    before, after = (total(outcome, side, "O3", "S1") - common_and_staff for side in ("before", "after"))
    assert before == 2 * after > 0
    assert changed(outcome.decisions) == []


def test_another_share_moves_yen_between_payers_and_loses_none(sample_settings: Settings) -> None:
    outcome = what_if(sample_settings, ["S2.dispatch.municipality_share_pct=33.3"])
    assert {(d.key[1], d.key[2]) for d in changed(outcome.costs)} == {("S2", "dispatch")}
    for option in ("O1", "O2", "O3", "O4"):
        assert total(outcome, "after", option, "S2") == total(outcome, "before", option, "S2")
        assert total(outcome, "after", option, "S2", "municipality") < total(
            outcome, "before", option, "S2", "municipality"
        )


def test_a_cap_binds_each_municipality(sample_settings: Settings) -> None:
    outcome = what_if(sample_settings, ["S3.dispatch.municipality_cap_jpy=1000"])
    paid = [
        d.after["cost_jpy"] for d in outcome.costs
        if d.after and d.key[1:4] == ("S3", "dispatch", "municipality")
    ]  # fmt: skip
    assert set(paid) == {1000}


def test_the_hourly_cost_reaches_every_option_and_the_programmes_own_total(sample_settings: Settings) -> None:
    outcome = what_if(sample_settings, ["staff_hourly_cost_jpy=7200"])
    assert {d.key[2] for d in changed(outcome.costs)} == {"staff"}
    for option, hours in (("O1", 1400), ("O2", 860), ("O5", 300)):
        assert total(outcome, "after", option, "S1") - total(outcome, "before", option, "S1") == 3600 * hours
    rebuilt = {model["name"] for model in read_rules(sample_settings.current.resolve())["models"]}
    assert {
        "mart_programme_cost",
        "int_kpi_rows__cost",
        "mart_kpi",
        "mart_decision",
        "mart_r9_cost",
    } <= rebuilt


def test_an_emptied_price_is_this_years_own(sample_settings: Settings) -> None:
    outcome = what_if(sample_settings, ["O3.unit_price_jpy=空欄"])
    bases = {d.after["basis_ja"] for d in changed(outcome.costs) if d.after}
    assert len(bases) == 1
    assert bases.pop().startswith("今年度の実績 ")


def test_municipalities_may_come_in_that_were_not_there(sample_settings: Settings) -> None:
    outcome = what_if(sample_settings, ["O4.target=全団体"])
    new = [d for d in outcome.costs if d.before is None]
    assert {d.key[0] for d in new} == {"O4"}
    assert len({d.key[4] for d in new}) == 27


@pytest.mark.parametrize(
    ("text", "what", "todo"),
    [
        ("O2.month=6", "「O2.month」という変えられる値はありません", "O2.month_count"),
        ("O9.month_count=6", "「O9.month_count」", "O1.month_count"),
        ("staff_hourly_cost=1", "「staff_hourly_cost」", "staff_hourly_cost_jpy"),
        ("O2.month_count", "= がありません", "名前=値"),
        ("O2.month_count=半年", "数として読めません", "--set O2.month_count=8"),
        ("O2.month_count=-", "数として読めません", "数だけ"),
        ("O2.month_count=6.5", "使えません", "整数"),
        ("O2.month_count=-1", "使えません", "0以上"),
        ("S2.dispatch.municipality_share_pct=101", "使えません", "0から100まで"),
        ("D5.threshold=0.00001", "使えません", "小数4桁"),
        ("D5.threshold=空欄", "空欄にできません", "値を書いて"),
        ("D5.comparator=くらい", "書けません", "以上、以下、超、未満"),
        ("D5.statement=x", "「D5.statement」", "D5.threshold"),
    ],
)
def test_what_cannot_be_is_refused_with_what_could(
    sample_settings: Settings, text: str, what: str, todo: str
) -> None:
    with pytest.raises(KyosoError) as caught:
        what_if(sample_settings, [text])
    assert caught.value.exit_code == 2
    assert what in caught.value.what
    assert todo in caught.value.todo


def test_a_value_given_twice_is_refused(sample_settings: Settings) -> None:
    with pytest.raises(KyosoError, match="2回書かれています"):
        what_if(sample_settings, ["D5.threshold=20", "D5.threshold=30"])


def test_the_release_keeps_every_byte_and_gains_no_file(home: Path, sample_settings: Settings) -> None:
    before = digests(home)
    what_if(
        Settings(sample_settings.raw, home, 2026, sample_settings.as_of),
        ["O2.month_count=1", "D5.threshold=1"],
    )
    assert digests(home) == before


def test_a_release_without_rules_says_what_to_do(home: Path, sample_settings: Settings) -> None:
    ((home / "current").resolve() / RULES_FILE).unlink()
    with pytest.raises(KyosoError) as caught:
        what_if(Settings(sample_settings.raw, home, 2026, sample_settings.as_of), ["O2.month_count=1"])
    assert caught.value.exit_code == 2
    assert "公開し直してください" in caught.value.todo


def test_the_rules_name_no_folder_of_the_machine(sample_settings: Settings) -> None:
    text = (sample_settings.current / RULES_FILE).read_text(encoding="utf-8")
    assert str(sample_settings.home) not in text
    assert ".parquet" not in text
    assert "control.run" in text


def test_the_rules_are_the_ones_the_night_ran(home: Path, sample_settings: Settings) -> None:
    """Were there a second rule anywhere, breaking the one that travels with the release would change nothing."""
    path = (home / "current").resolve() / RULES_FILE
    text = path.read_text(encoding="utf-8")
    broken = text.replace("'at_least' then measures.measured >= measures.threshold", "'at_least' then true")
    assert broken != text
    path.write_text(broken, encoding="utf-8")
    outcome = what_if(Settings(sample_settings.raw, home, 2026, sample_settings.as_of), ["O2.month_count=1"])
    verdicts: dict[Any, Any] = {d.key[0]: d.after["verdict"] for d in outcome.decisions if d.after}
    assert verdicts["D5"] == "met"
