"""Where a run reads and writes, and for which day it speaks. A wrong default would write real data into the sample."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from datetime import date, datetime
from pathlib import Path

import pytest

from pipelines import settings as module
from pipelines.errors import KyosoError
from pipelines.settings import SAMPLE_MARKER, TOKYO, Settings, today

VARIABLES = (
    "KYOSO_RAW",
    "KYOSO_HOME",
    "KYOSO_AS_OF",
    "KYOSO_FISCAL_YEAR",
    "KYOSO_KEY_FILE",
    "KYOSO_ENGINE",
    "KYOSO_WORKERS",
)


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def test_without_a_word_it_is_raw_and_var_today_and_the_years_own(tmp_path: Path) -> None:
    found = Settings.resolve()
    assert (found.raw, found.home) == (tmp_path / "raw", tmp_path / "var")
    assert found.as_of == today()
    assert found.fiscal_year == today().year - (today().month < 4)
    assert found.key_file is None
    assert (found.engine, found.workers) == ("duckdb", 0)


def test_the_environment_fills_what_the_caller_left_open(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    values = (str(tmp_path / "in"), "out", "2026-11-20", "R7", "/etc/kyoso.key", "spark", "2")
    for name, value in zip(VARIABLES, values, strict=True):
        monkeypatch.setenv(name, value)
    found = Settings.resolve()
    assert (found.raw, found.home) == (tmp_path / "in", tmp_path / "out")
    assert (found.as_of, found.fiscal_year) == (date(2026, 11, 20), 2025)
    assert found.key_file == Path("/etc/kyoso.key")
    assert (found.engine, found.workers) == ("spark", 2)
    given = Settings.resolve(Path("a"), Path("b"), 2024, date(2025, 1, 1))
    assert (given.raw.name, given.home.name, given.fiscal_year, given.as_of) == (
        "a",
        "b",
        2024,
        date(2025, 1, 1),
    )


@pytest.mark.parametrize(
    ("as_of", "year"),
    [("2026-03-31", 2025), ("2026-04-01", 2026), ("2027-03-31", 2026), ("2027-04-01", 2027)],
)
def test_the_fiscal_year_is_that_of_the_day_it_speaks_for(
    monkeypatch: pytest.MonkeyPatch, as_of: str, year: int
) -> None:
    monkeypatch.setenv("KYOSO_AS_OF", as_of)
    assert Settings.resolve().fiscal_year == year


@pytest.mark.parametrize(
    ("name", "value"), [("KYOSO_AS_OF", "11/20"), ("KYOSO_FISCAL_YEAR", "8"), ("KYOSO_ENGINE", "Spark")]
)
def test_a_variable_that_cannot_be_read_is_a_usage_error_in_japanese(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(KyosoError) as caught:
        Settings.resolve()
    assert caught.value.exit_code == 2
    assert name in caught.value.what
    assert value in caught.value.what
    assert caught.value.todo


def test_today_is_the_day_in_tokyo(monkeypatch: pytest.MonkeyPatch) -> None:
    class Clock(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
            assert tz is TOKYO
            return datetime(2026, 11, 19, 16, 0, tzinfo=TOKYO)

    monkeypatch.setattr(module, "datetime", Clock)
    assert today() == date(2026, 11, 19)
    assert datetime.fromisoformat("2026-11-19T16:00:00+00:00").astimezone(TOKYO).date() == date(2026, 11, 20)


def test_fictional_data_are_known_by_the_marker(tmp_path: Path) -> None:
    found = Settings(tmp_path, tmp_path / "home", 2026, date(2026, 11, 20))
    assert not found.is_sample
    (tmp_path / SAMPLE_MARKER).touch()
    assert found.is_sample


def test_everything_the_system_makes_lies_in_the_home(tmp_path: Path) -> None:
    found = Settings(tmp_path / "raw", tmp_path / "home", 2026, date(2026, 11, 20))
    places = (
        found.archive,
        found.ledger,
        found.landed,
        found.candidate,
        found.releases,
        found.status_dir,
        found.current,
        found.warehouse,
    )
    assert len(set(places)) == len(places)
    assert all(tmp_path / "home" in place.parents for place in places)


def test_settings_do_not_change_during_a_run(tmp_path: Path) -> None:
    with pytest.raises(FrozenInstanceError):
        Settings(tmp_path, tmp_path, 2026, date(2026, 11, 20)).home = tmp_path / "other"  # type: ignore[misc]
