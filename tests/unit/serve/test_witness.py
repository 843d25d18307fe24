"""Releases and editions as witnesses of the ledger. Without them the last receipts could be cut off unseen."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from pipelines.errors import KyosoError
from pipelines.ingest.ledger import Ledger, Receipt
from pipelines.night import Night
from pipelines.serve.issue import issue
from pipelines.serve.witness import check_ledger, write_witness
from pipelines.settings import Settings
from tests.unit.serve.issuing import TODAY, make_release, one_line


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = Settings(tmp_path / "raw", tmp_path / "home", 2026, date(2026, 11, 20))
    made.raw.mkdir()
    days = [date(2026, 7, number) for number in (1, 2, 3)]
    receipts = [
        Receipt(n, f"R8/{n}.csv", f"{n:064x}", "visit_log", day, 1, False) for n, day in enumerate(days, 1)
    ]
    Ledger(made.ledger).append(receipts)
    return made


def cut_off_the_last_line(settings: Settings) -> None:
    lines = settings.ledger.read_bytes().splitlines(keepends=True)
    settings.ledger.write_bytes(b"".join(lines[:-1]))


def test_a_release_misses_receipts_that_were_cut_off_and_the_night_ends_there(settings: Settings) -> None:
    folder = make_release(settings, "one")
    assert json.loads((folder / "ledger.json").read_text(encoding="utf-8"))["receipts"] == 3
    check_ledger(settings, Ledger(settings.ledger))
    cut_off_the_last_line(settings)
    night = Night(settings)
    try:
        with pytest.raises(KyosoError, match="公開版 one の記録では3行"):
            night.receive()
    finally:
        night.close()
    assert len(Ledger(settings.ledger).receipts) == 2, "nothing is entered in a ledger that lost lines"


def test_an_edition_misses_them_when_its_release_is_gone_and_nothing_more_is_issued(
    settings: Settings,
) -> None:
    make_release(settings, "one")
    issue(settings, "暫定", TODAY, one_line)
    (settings.releases / "one" / "ledger.json").unlink()
    cut_off_the_last_line(settings)
    with pytest.raises(KyosoError, match="発行した版 R8-暫定-01 の記録"):
        issue(settings, "暫定", TODAY, one_line)


def test_a_release_of_an_older_program_bears_no_witness(settings: Settings) -> None:
    folder = make_release(settings, "one")
    (folder / "ledger.json").unlink()
    cut_off_the_last_line(settings)
    check_ledger(settings, Ledger(settings.ledger))


def test_a_home_without_receipts_can_bear_witness_too(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "raw", tmp_path / "empty", 2026, date(2026, 11, 20))
    folder = make_release(settings, "one")
    write_witness(folder, Ledger(settings.ledger))
    check_ledger(settings, Ledger(settings.ledger))
