"""The calendar of a run: every day with its fiscal year and whether the town halls work on it."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from pipelines.fiscal_year import fiscal_year_of, last_day

# The programme began in R5; assessments and joint use reach back a little further.
FIRST_DAY = date(2018, 4, 1)
_YEARS_AHEAD = 2


def write_calendar(fiscal_year: int, control: Path) -> Path:
    """Write `calendar.parquet`: one row per day from April 2018 to two years after the fiscal year.

    A working day is Monday to Friday, no Japanese public holiday (package `holidays`), and not in
    the offices' new-year closure from 29 December to 3 January (地方自治法第4条の2).
    """
    import holidays
    import pyarrow as pa
    import pyarrow.parquet as pq

    last = last_day(fiscal_year + _YEARS_AHEAD)
    days = [FIRST_DAY + timedelta(days=n) for n in range((last - FIRST_DAY).days + 1)]
    public = holidays.country_holidays("JP", years=range(FIRST_DAY.year, last.year + 1))
    is_working = [day.weekday() < 5 and day not in public and not _is_new_year(day) for day in days]
    numbers, count = [], 0
    for working in is_working:
        numbers.append(count)
        count += working
    table = pa.table(
        {
            "day": pa.array(days, pa.date32()),
            "month": pa.array([day.replace(day=1) for day in days], pa.date32()),
            "fiscal_year": pa.array([fiscal_year_of(day) for day in days], pa.int32()),
            "is_working_day": is_working,
            "working_day_number": pa.array(numbers, pa.int64()),
        }
    )
    path = control / "calendar.parquet"
    pq.write_table(table, path)
    return path


def _is_new_year(day: date) -> bool:
    return (day.month, day.day) >= (12, 29) or (day.month, day.day) <= (1, 3)
