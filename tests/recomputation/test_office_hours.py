"""Time to the first answer is office time: nights, weekends, holidays and the turn of the year do not count."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import holidays
import pytest

from tests.recomputation.community import Chat
from tests.recomputation.landed import Landed, days

_TURN_OF_THE_YEAR = {(12, 29), (12, 30), (12, 31), (1, 1), (1, 2), (1, 3)}


@pytest.fixture(scope="module")
def landed(sample_home: Path) -> Landed:
    return Landed(sample_home / "landed", sample_home / "current" / "control")


def test_the_calendar_is_the_public_one(landed: Landed) -> None:
    public = holidays.country_holidays("JP", years=range(2019, 2028))
    for day in days(date(2019, 1, 1), date(2027, 12, 31)):
        is_closed = day.weekday() >= 5 or day in public or (day.month, day.day) in _TURN_OF_THE_YEAR
        assert (day in landed.working_days) is not is_closed, day


@pytest.mark.parametrize(
    ("asked", "answered", "minutes"),
    [
        (datetime(2026, 10, 30, 17, 0), datetime(2026, 11, 2, 8, 45), 15 + 15),  # over a weekend
        (datetime(2026, 11, 3, 9, 0), datetime(2026, 11, 3, 16, 0), 0),  # 文化の日, a Tuesday
        (datetime(2026, 5, 5, 10, 0), datetime(2026, 5, 7, 9, 0), 30),  # 5 May, and 6 May as 振替休日
        (
            datetime(2026, 9, 21, 9, 0),
            datetime(2026, 9, 24, 8, 31),
            1,
        ),  # 21-23 September, 22 between two holidays
        (datetime(2026, 12, 28, 17, 14), datetime(2027, 1, 4, 8, 31), 1 + 1),  # the turn of the year
        (datetime(2028, 2, 28, 17, 0), datetime(2028, 3, 1, 8, 30), 15 + 525),  # a leap day is a day
        (
            datetime(2026, 11, 9, 12, 0, 59),
            datetime(2026, 11, 9, 12, 1, 1),
            1,
        ),  # minutes as the clock shows them
    ],
)
def test_only_minutes_of_open_offices_count(
    landed: Landed, asked: datetime, answered: datetime, minutes: int
) -> None:
    assert Chat(landed).office_minutes(asked, answered) == minutes
