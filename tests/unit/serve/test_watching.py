"""What monitoring reads. If a stopped house looks fresh, nobody looks for a year."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from pipelines.errors import KyosoError
from pipelines.serve.freshness import freshness, latest_attempt
from pipelines.serve.going_back import restore
from pipelines.serve.metrics import write_metrics
from pipelines.settings import TOKYO, Settings
from tests.unit.serve.issuing import TODAY, make_release

NOW = datetime(2026, 11, 21, 9, tzinfo=TOKYO)
# Label values may hold anything but what ends them; https://prometheus.io/docs/instrumenting/exposition_formats/
LINE = re.compile(
    r'^(?:# (?:HELP|TYPE) [a-z_]+ .+|[a-z_]+(?:\{[a-z]+="(?:[^"\\\n]|\\["\\n])*"\})? -?\d+(?:\.\d+)?)$'
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = Settings(tmp_path / "raw", tmp_path / "home", 2026, TODAY)
    make_release(made, "one")
    make_release(made, "two")
    made.status_dir.mkdir()
    return made


def attempt(settings: Settings, hours_ago: float, release_id: str = "two", **more: object) -> None:
    """What a night leaves that ended so many hours before NOW."""
    moment = (NOW - timedelta(hours=hours_ago)).isoformat(timespec="seconds")
    latest = {
        "run_id": moment,
        "outcome": "released",
        "finished_at": moment,
        "released_at": moment,
        "seconds": 48.2,
        "release_id": release_id,
        "reasons": [],
        "checks": 124,
        "findings": {"error": 12, "warning": 1},
        "submissions": {"未提出": 1, '引用"符\\と\n改行': 2},
        "rows": {"files": 254, "refused": 3, "rows_in": 5549, "rows_landed": 5543, "rows_set_aside": 6},
        "steps": {"受領": 0.5, "集計": 20.25},
    } | more
    (settings.status_dir / "latest.json").write_text(json.dumps(latest), encoding="utf-8")
    with (settings.status_dir / "history.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(latest) + "\n")


def test_the_age_is_that_of_the_release_and_not_of_the_last_attempt(settings: Settings) -> None:
    attempt(settings, 50)
    attempt(settings, 1, outcome="failed", released_at=(NOW - timedelta(hours=50)).isoformat())
    found = freshness(settings, NOW)
    assert found.hours == pytest.approx(50)
    assert (found.is_within(36), found.is_within(51)) == (False, True)


def test_a_restored_release_has_its_own_age_at_once(settings: Settings) -> None:
    attempt(settings, 60, "one")
    attempt(settings, 1, "two")
    assert freshness(settings, NOW).is_within(36)
    restore(settings, "one", "試し")
    assert freshness(settings, NOW).hours == pytest.approx(60)


def test_a_release_of_the_future_is_not_fresh(settings: Settings) -> None:
    """The clock ran a year ahead when it was published: no age would ever look too old."""
    attempt(settings, -365 * 24)
    found = freshness(settings, NOW)
    assert not found.is_within(36)
    assert "時計" in found.trouble
    attempt(settings, -0.1)
    assert freshness(settings, NOW).is_within(36), "a few minutes are no trouble"


def test_no_release_is_not_fresh_whatever_the_last_attempt_said(settings: Settings) -> None:
    attempt(settings, 1)
    settings.current.unlink()
    found = freshness(settings, NOW)
    assert not found.is_within(10_000)
    assert found.trouble == "公開版がありません。"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"outcome": "released"}'])
def test_a_result_that_cannot_be_read_ends_with_5(settings: Settings, text: str) -> None:
    (settings.status_dir / "latest.json").write_text(text, encoding="utf-8")
    with pytest.raises(KyosoError, match="読めません") as caught:
        latest_attempt(settings)
    assert caught.value.exit_code == 5


def test_metrics_are_in_the_text_format_and_say_what_the_night_said(settings: Settings) -> None:
    attempt(settings, 1)
    path = write_metrics(settings.status_dir)
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not LINE.match(line)] == []
    for expected in (
        'kyoso_last_run_outcome{outcome="released"} 1',
        'kyoso_last_run_outcome{outcome="failed"} 0',
        "kyoso_last_run_duration_seconds 48.2",
        f"kyoso_release_timestamp_seconds {int((NOW - timedelta(hours=1)).timestamp())}",
        'kyoso_last_run_step_seconds{step="集計"} 20.25',
        'kyoso_rows{state="landed"} 5543',
        'kyoso_submissions{state="引用\\"符\\\\と\\n改行"} 2',
    ):
        assert expected in lines
    names = [line.split("{")[0].split(" ")[0] for line in lines if not line.startswith("#")]
    typed = [line.split()[2] for line in lines if line.startswith("# TYPE")]
    assert set(names) == set(typed)
    assert len(typed) == len(set(typed)), "a metric is typed once"
    assert list(settings.status_dir.glob("*.part")) == []


def test_without_a_release_its_time_is_left_out_rather_than_zero(settings: Settings) -> None:
    attempt(settings, 1, released_at=None, rows={}, steps={})
    text = write_metrics(settings.status_dir).read_text(encoding="utf-8")
    assert "release_timestamp" not in text
    assert "kyoso_rows" not in text
