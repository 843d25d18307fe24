"""The day of first sight. If a folder's date alone counted, a plan written after the outcomes could be put before them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from pipelines.ingest.archive import Archive
from pipelines.ingest.control import in_force_hash
from pipelines.ingest.control.sightings import late_sightings
from pipelines.ingest.ledger import Ledger, Receipt
from pipelines.settings import Settings
from tests.unit.ingest.received import House

PLAN, ANSWERS = "R8/policy/2026-05-15/設定_分析計画_R8.xlsx", "R8/assessment/2026-10-09/海南市.xlsx"
MAY, OCTOBER, NOVEMBER = date(2026, 5, 15), date(2026, 10, 9), date(2026, 11, 18)


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def seen(house: House) -> list[tuple[str, date]]:
    found = late_sightings(Archive(house.settings).ledger.receipts)
    return [(str(row["source"]), row["seen_date"]) for row in found]  # type: ignore[misc]


def inputs(house: House) -> str:
    return in_force_hash(house.settings, Archive(house.settings))


def arrive(house: House, *arrivals: tuple[str, date]) -> None:
    for path, day in arrivals:
        house.put(path, path.encode())
        house.receive(day)


def test_a_receipt_says_when_the_file_was_first_seen_whatever_its_folder_says(house: House) -> None:
    arrive(house, (PLAN, NOVEMBER))
    (receipt,) = Archive(house.settings).ledger.receipts
    assert (receipt.received_date, receipt.seen_date) == (MAY, NOVEMBER)
    line = house.settings.ledger.read_text(encoding="utf-8")
    assert '"seen_date": "2026-11-18"' in line
    house.settings.ledger.write_text(line.replace("2026-11-18", "2026-05-15"), encoding="utf-8")
    with pytest.raises(Exception, match="受領台帳の1行目"):
        Ledger(house.settings.ledger)


def test_a_plan_in_a_folder_dated_back_is_seen_to_be_late(house: House) -> None:
    arrive(house, (ANSWERS, OCTOBER), (PLAN, NOVEMBER))
    assert seen(house) == [("assessment", OCTOBER), ("policy", NOVEMBER)]


def test_a_plan_seen_before_or_on_the_same_day_leaves_nothing_that_depends_on_the_clock(house: House) -> None:
    arrive(house, (PLAN, OCTOBER), (ANSWERS, OCTOBER))
    assert seen(house) == []
    arrive(house, ("R8/assessment/2026-10-09/橋本市.xlsx", NOVEMBER))
    assert seen(house) == []


def test_a_file_seen_again_elsewhere_keeps_its_first_sight(house: House) -> None:
    house.put(PLAN, b"plan")
    house.receive(MAY)
    arrive(house, (ANSWERS, OCTOBER))
    house.put("R8/policy/2026-05-15/写し.xlsx", b"plan")
    house.receive(NOVEMBER)
    assert seen(house) == []


def test_the_release_depends_on_late_sights_and_on_no_other_day(tmp_path: Path) -> None:
    def home(name: str, *arrivals: tuple[str, date]) -> str:
        house = House(tmp_path / name)
        arrive(house, *arrivals)
        return inputs(house)

    together = home("together", (ANSWERS, OCTOBER), (PLAN, OCTOBER))
    assert home("another day", (ANSWERS, NOVEMBER), (PLAN, NOVEMBER)) == together
    late = home("late", (ANSWERS, OCTOBER), (PLAN, NOVEMBER))
    later = home("later", (ANSWERS, OCTOBER), (PLAN, date(2026, 11, 19)))
    assert len({together, late, later}) == 3


def test_receipts_of_older_programs_stay_valid_and_count_by_their_folder(tmp_path: Path) -> None:
    """Written before the day of sight was noted: the line has no such field, and its hash still fits."""
    house = House(tmp_path)
    old = Receipt(1, ANSWERS, "a" * 64, "assessment", OCTOBER, 9, True)
    ledger = Ledger(house.settings.ledger)
    ledger.append([old])
    assert "seen_date" not in house.settings.ledger.read_text(encoding="utf-8")
    arrive(house, (PLAN, NOVEMBER))
    receipts = Ledger(house.settings.ledger).receipts
    assert receipts[0] == old
    assert receipts[1].seen_date == NOVEMBER
    assert seen(house) == [("assessment", OCTOBER), ("policy", NOVEMBER)]
    early = replace(receipts[1], seen_date=None)
    assert late_sightings([old, early]) == []


def test_what_was_not_received_by_the_day_of_knowledge_plays_no_part(house: House) -> None:
    arrive(house, (ANSWERS, OCTOBER), ("R8/policy/2026-11-19/例外.xlsx", date(2026, 11, 19)))
    settings = Settings(house.raw, house.settings.home, 2026, NOVEMBER, house.settings.key_file)
    before = in_force_hash(settings, Archive(settings))
    other = House(house.folder / "other")
    arrive(other, (ANSWERS, OCTOBER))
    settings = Settings(other.raw, other.settings.home, 2026, NOVEMBER, other.settings.key_file)
    assert in_force_hash(settings, Archive(settings)) == before
