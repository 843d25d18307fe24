"""The sensor on `raw`. If it starts while somebody is copying, half a delivery becomes a night of its own."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import pytest

from pipelines.assets.arrivals import arrivals
from pipelines.serve.lock import WriterLock
from pipelines.settings import Settings
from tests.conftest import AS_OF


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "raw" / "R8").mkdir(parents=True)
    return Settings(tmp_path / "raw", tmp_path / "home", 2026, AS_OF)


class Watch:
    """The sensor looking again and again, with what it remembers."""

    def __init__(self, settings: Settings) -> None:
        @dg.op
        def nothing() -> None:
            pass

        @dg.job
        def nightly() -> None:
            nothing()

        self.sensor = arrivals(nightly)
        self.settings = settings
        self.cursor: str | None = None

    def starts(self) -> bool:
        context = dg.build_sensor_context(cursor=self.cursor, resources={"settings": self.settings})
        found = self.sensor(context)
        self.cursor = context.cursor
        assert isinstance(found, dg.RunRequest | dg.SkipReason)
        return isinstance(found, dg.RunRequest)


def test_a_night_starts_once_a_delivery_is_complete_and_only_once(settings: Settings) -> None:
    watch = Watch(settings)
    file = settings.raw / "R8" / "報告書.xlsx"
    assert [watch.starts(), watch.starts(), watch.starts()] == [False, True, False], (
        "the folder as it was found"
    )
    file.write_bytes(b"half")
    assert not watch.starts()
    file.write_bytes(b"half and the rest")
    assert not watch.starts(), "somebody is still copying"
    assert watch.starts()
    assert not watch.starts()


def test_it_waits_while_somebody_is_writing(settings: Settings) -> None:
    watch = Watch(settings)
    (settings.raw / "R8" / "報告書.xlsx").write_bytes(b"x")
    watch.starts()
    with WriterLock(settings):
        assert not watch.starts()
    assert watch.starts(), "and starts afterwards"


def test_it_is_off_unless_somebody_turns_it_on(settings: Settings) -> None:
    assert Watch(settings).sensor.default_status == dg.DefaultSensorStatus.STOPPED
