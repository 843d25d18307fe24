"""A waiver is the one lawful way past a failed check. One that reaches too far, lives too long, or
silently reaches nobody turns the gate into decoration.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipelines.quality.gate import judge
from pipelines.quality.suite import run_expectations
from pipelines.quality.verdict import SHOWN_OFFENDERS, Offender, Result, Verdict, Waiver
from pipelines.quality.waivers import WAIVER_ID, apply_waivers
from tests.unit.quality.conftest import AS_OF, Break, waiver
from tests.unit.quality.test_expectations import BY_ID

TWO_PRICES = (
    "update mart_dispatch_utilisation set unit_price_jpy = 80 where municipality_code in ('302015', '302023')"
)
CHECK = "Q-DISPATCH-06"


def _verdict(broken: Break, *statements: str, check: str = CHECK, breaking: str = TWO_PRICES) -> Verdict:
    warehouse, control = broken(breaking, *statements)
    return judge(warehouse, control, (), run_expectations(warehouse, control, [BY_ID[check]]))


def _result(verdict: Verdict, identity: str = CHECK) -> Result:
    return next(r for r in verdict.results if r.id == identity)


def test_without_a_waiver_the_gate_is_closed(broken: Break) -> None:
    assert not _verdict(broken).is_open


def test_a_waiver_without_scope_excuses_the_whole_check_and_is_on_record(broken: Break) -> None:
    verdict = _verdict(broken, waiver(CHECK))
    assert verdict.is_open
    assert _result(verdict).state == "waived"
    assert _result(verdict).waived_by == ("A8-01",)
    assert [(w.waiver_id, w.used_for, w.approver) for w in verdict.waivers] == [("A8-01", (CHECK,), "課長")]


def test_one_offender_not_named_keeps_the_gate_closed(broken: Break) -> None:
    verdict = _verdict(broken, waiver(CHECK, scope="302015"))
    assert not verdict.is_open
    assert verdict.waivers[0].used_for == ()


@pytest.mark.parametrize("second", ["302023", "海南市", "３０２０２３ "])
def test_every_offender_named_by_code_or_name_opens_the_gate(second: str, broken: Break) -> None:
    verdict = _verdict(broken, waiver(CHECK, scope="302015"), waiver(CHECK, scope=second, name="A8-02"))
    assert verdict.is_open
    assert _result(verdict).waived_by == ("A8-01", "A8-02")


@pytest.mark.parametrize(("expires", "is_open"), [("2026-11-20", True), ("2026-11-19", False)])
def test_a_waiver_ends_with_its_last_day(expires: str, is_open: bool, broken: Break) -> None:
    verdict = _verdict(broken, waiver(CHECK, expires=expires))
    assert verdict.is_open is is_open
    assert len(verdict.waivers) == is_open


def test_the_reason_says_that_a_waiver_has_expired(broken: Break) -> None:
    verdict = _verdict(broken, waiver(CHECK, expires="2026-11-19"))
    assert verdict.reasons[0].observed == "10件のうち2件が該当(例外承認 A8-01 は 2026-11-19 で期限切れ)"


def test_a_waiver_approved_later_was_not_known_then(broken: Break) -> None:
    verdict = _verdict(broken, waiver(CHECK, approved="2026-11-21"))
    assert not verdict.is_open
    assert verdict.waivers == ()


def test_a_waiver_for_a_check_that_does_not_exist_is_named(broken: Break) -> None:
    verdict = _verdict(broken, waiver("Q-DISPACH-06"))
    assert not verdict.is_open
    assert [(w.id, w.offenders) for w in verdict.warnings] == [
        (WAIVER_ID, (Offender("A8-01", "例外承認 A8-01", "Q-DISPACH-06"),))
    ]


def test_a_full_width_check_number_still_names_its_check(broken: Break) -> None:
    assert _verdict(broken, waiver("Ｑ－ＤＩＳＰＡＴＣＨ－０６")).is_open


def test_what_could_not_be_checked_cannot_be_excused(broken: Break) -> None:
    gone = _verdict(broken, waiver(CHECK), breaking="drop table mart_dispatch_utilisation")
    assert not gone.is_open
    assert _result(gone).state == "failed"


def test_a_broken_ledger_cannot_be_excused(broken: Break) -> None:
    warehouse, control = broken(waiver("Q-LEDGER-01"))
    assert not judge(warehouse, control, (), [], ledger_ok=False).is_open


def test_offenders_cut_from_the_list_are_not_excused_by_those_on_it() -> None:
    shown = tuple(Offender(f"{n:03}", "", "1") for n in range(SHOWN_OFFENDERS))
    failed = Result("Q-X-01", "gx", "mart_kpi", "題", "y", "z", "error", "failed", offenders=shown)
    waivers = [Waiver(o.scope, "Q-X-01", o.scope, "理由", "課長", AS_OF, AS_OF) for o in shown]
    for result, state in ((failed, "failed"), (replace(failed, offenders=shown[:-1]), "waived")):
        judged, _ = apply_waivers([result], waivers, AS_OF)
        assert [r.state for r in judged if r.id == "Q-X-01"] == [state]


def test_a_waiver_for_a_dbt_test_is_taken_too(broken: Break) -> None:
    failed = Result(
        "unique_mart_kpi", "dbt", "mart_kpi", "題", "y", "z", "error", "failed", observed="1行が該当"
    )
    warehouse, control = broken(waiver("unique_mart_kpi"))
    assert judge(warehouse, control, [failed], []).is_open
