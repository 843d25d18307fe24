"""The verdict: what was judged, how, and with which result. Stored with the release as verdict.json.

It carries no clock and no path: the same rows under the same waivers give the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pipelines.quality.fingerprint import fingerprints

if TYPE_CHECKING:
    import duckdb

State = Literal["passed", "failed", "waived"]
Severity = Literal["error", "warning"]
FORMAT = 1
SHOWN_OFFENDERS = 200


@dataclass(frozen=True)
class Offender:
    """One unit that does not meet an expectation.

    Attributes:
        scope: what a waiver names: a municipality code, a month, a KPI id, a source.
        label: the same for people.
        observed: the value found, as text.
    """

    scope: str
    label: str
    observed: str


@dataclass(frozen=True)
class Result:
    """The outcome of one check of the gate, whoever ran it (gx, dbt, or the gate itself)."""

    id: str
    origin: Literal["gx", "dbt", "gate"]
    table: str
    title: str
    why: str
    what_to_do: str
    severity: Severity
    state: State
    judged_rows: int = 0
    observed: str = ""
    offenders: tuple[Offender, ...] = ()
    waived_by: tuple[str, ...] = ()

    @property
    def closes(self) -> bool:
        """Whether this result alone keeps the gate closed."""
        return self.state == "failed" and self.severity == "error"

    def with_state(self, state: State, waived_by: tuple[str, ...] = ()) -> Result:
        """The same result after waivers were considered."""
        return replace(self, state=state, waived_by=waived_by)


@dataclass(frozen=True)
class Waiver:
    """An exception that the prefecture approved: which check, for whom, why, by whom, until when."""

    waiver_id: str
    expectation_id: str
    scope: str
    reason: str
    approver: str
    approved_date: date
    expires_date: date
    used_for: tuple[str, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """The gate's answer about one candidate.

    Attributes:
        is_open: whether the candidate may be released.
        as_of: the day of knowledge of the candidate.
        fiscal_year: starting year of the reported fiscal year.
        is_sample: whether the candidate was built from fictional data.
        results: every check, sorted by id.
        waivers: every waiver in force on `as_of`, with the checks it was used for.
        fingerprints: content fingerprint of every table that documents and analysts read.
    """

    is_open: bool
    as_of: date
    fiscal_year: int
    is_sample: bool
    results: tuple[Result, ...]
    waivers: tuple[Waiver, ...] = ()
    fingerprints: dict[str, str] = field(default_factory=dict)

    @property
    def reasons(self) -> tuple[Result, ...]:
        """The results that keep the gate closed."""
        return tuple(result for result in self.results if result.closes)

    @property
    def warnings(self) -> tuple[Result, ...]:
        """Failed checks that do not close the gate."""
        return tuple(r for r in self.results if r.state == "failed" and not r.closes)

    @property
    def waived(self) -> tuple[Result, ...]:
        """Failed checks that the prefecture has accepted."""
        return tuple(result for result in self.results if result.state == "waived")

    @property
    def judged_rows(self) -> int:
        """Rows of all fingerprinted tables."""
        return sum(int(text.split("-", 1)[0]) for text in self.fingerprints.values())

    def covers(self, con: duckdb.DuckDBPyConnection) -> list[str]:
        """Names of tables whose rows are not the rows judged; empty when all are covered."""
        found = fingerprints(con)
        names = sorted(found.keys() | self.fingerprints.keys())
        return [name for name in names if found.get(name) != self.fingerprints.get(name)]

    def to_json(self) -> str:
        """Canonical text: sorted keys, one trailing newline."""
        body = {"format": FORMAT, **asdict(self)}
        return json.dumps(body, ensure_ascii=False, indent=1, sort_keys=True, default=_text) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Verdict:
        """Read what `to_json` wrote.

        Raises:
            ValueError: the text was written by another version of the format.
        """
        body: dict[str, Any] = json.loads(text)
        if body.pop("format", None) != FORMAT:
            raise ValueError("verdict.json の形式が、この版のものではありません。")
        body["as_of"] = date.fromisoformat(body["as_of"])
        body["results"] = tuple(_result(item) for item in body["results"])
        body["waivers"] = tuple(_waiver(item) for item in body["waivers"])
        return cls(**body)

    def write(self, path: Path) -> Path:
        """Write verdict.json so that a reader sees the whole text or none."""
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(path.name + ".part")
        temporary.write_text(self.to_json(), encoding="utf-8")
        temporary.replace(path)
        return path

    @classmethod
    def read(cls, path: Path) -> Verdict:
        """Read verdict.json."""
        return cls.from_json(path.read_text(encoding="utf-8"))


def results_from(items: Iterable[dict[str, Any]]) -> list[Result]:
    """Results written as JSON by another step of the night."""
    return [_result(dict(item)) for item in items]


def _text(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(type(value).__name__)


def _result(item: dict[str, Any]) -> Result:
    item["offenders"] = tuple(Offender(**offender) for offender in item["offenders"])
    item["waived_by"] = tuple(item["waived_by"])
    return Result(**item)


def _waiver(item: dict[str, Any]) -> Waiver:
    for name in ("approved_date", "expires_date"):
        item[name] = date.fromisoformat(item[name])
    item["used_for"] = tuple(item["used_for"])
    return Waiver(**item)
