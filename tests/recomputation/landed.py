"""The landed rows in force on the as-of date, as plain records, and what the run itself knows."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

Record = dict[str, Any]

# Files that repeat what an earlier one said: of a row sent twice the newest counts.
_EXPORTS = {
    "chat_activity__messages": ["message_key"],
    "survey__needs": ["response_id"],
    "survey__transfer_answers": ["response_id"],
    "public_statistics__indicators": ["area_code", "indicator_code", "statistics_year"],
}


def year_of(day: date) -> int:
    """The fiscal year of a day: it begins on 1 April."""
    return day.year if day.month >= 4 else day.year - 1


def days(first: date, last: date) -> Iterable[date]:
    """Every day from the first to the last."""
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


class Landed:
    """The rows in force of each dataset, the municipalities, and the as-of date."""

    def __init__(self, landed: Path, control: Path) -> None:
        self._landed = landed
        self._in_force = pd.read_parquet(control / "in_force.parquet")
        run = pd.read_parquet(control / "run.parquet").iloc[0]
        self.as_of: date = run["as_of"]
        self.newest_year = int(run["fiscal_year"])
        towns = pd.read_parquet(control / "municipalities.parquet")
        self.population = dict(zip(towns["municipality_code"], towns["population"].map(int), strict=True))
        calendar = pd.read_parquet(control / "calendar.parquet")
        self.working_days = set(calendar[calendar["is_working_day"]]["day"])
        self.rows = cache(self._rows)

    def is_known(self, day: date | datetime | None) -> bool:
        """Whether something dated had happened by the as-of date."""
        day = day.date() if isinstance(day, datetime) else day
        return day is not None and day <= self.as_of

    def _rows(self, dataset: str) -> list[Record]:
        wanted = self._in_force[self._in_force["dataset"] == dataset]
        frame = pd.read_parquet(self._landed / dataset).merge(
            wanted[["file_id", "submission_key", "received_date"]],
            left_on=["_file_id", "_submission_key"],
            right_on=["file_id", "submission_key"],
        )
        if dataset in _EXPORTS:
            frame = frame.sort_values(
                ["received_date", "_file_id", "_sheet", "_row"], ascending=[False, True, True, True]
            ).drop_duplicates(_EXPORTS[dataset])
        frame = frame.astype(object)
        return [_plain(record) for record in frame.where(frame.notna(), None).to_dict("records")]


def _plain(record: dict[Hashable, Any]) -> Record:
    return {
        str(name): value.to_pydatetime() if isinstance(value, pd.Timestamp) else value
        for name, value in record.items()
    }
