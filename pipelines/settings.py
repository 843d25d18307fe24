"""Where things are and for which day a run speaks: one frozen value handed to every room."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Literal, cast, get_args
from zoneinfo import ZoneInfo

from pipelines.errors import KyosoError
from pipelines.fiscal_year import UnreadableYear, fiscal_year_of, to_fiscal_year

TOKYO = ZoneInfo("Asia/Tokyo")
CHECKOUT = Path(__file__).resolve().parent.parent
SAMPLE_MARKER = "架空データ"
Engine = Literal["duckdb", "spark"]


def today() -> date:
    """Today in Asia/Tokyo, whatever the machine's own zone is."""
    return datetime.now(TOKYO).date()


def read_date(text: str | None, name: str) -> date | None:
    """A day as people type it for a command; None when nothing was typed.

    Raises:
        KyosoError: it is no day (exit code 2).
    """
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise KyosoError(
            f"{name}「{text}」は日付として読めません。",
            todo="2026-11-20 のように書いてください。",
            exit_code=2,
        ) from None


def read_year(text: str | None, name: str) -> int | None:
    """A fiscal year as people type it for a command; None when nothing was typed.

    Raises:
        KyosoError: it is no fiscal year (exit code 2).
    """
    try:
        return to_fiscal_year(text) if text else None
    except UnreadableYear:
        raise KyosoError(
            f"{name}「{text}」は年度として読めません。",
            todo="R8 または 2026 のように書いてください。",
            exit_code=2,
        ) from None


def _workers() -> int:
    text = os.environ.get("KYOSO_WORKERS") or "0"
    if not text.isdecimal():
        raise KyosoError(
            f"KYOSO_WORKERS「{text}」は、並べて動かす数として読めません。",
            todo="0以上の整数で書いてください。例: KYOSO_WORKERS=2。県ごとに分けて読まないときは、書かないでください。",
            exit_code=2,
        )
    return int(text)


def _engine() -> Engine:
    text = os.environ.get("KYOSO_ENGINE") or "duckdb"
    if text not in get_args(Engine):
        raise KyosoError(
            f"KYOSO_ENGINE「{text}」は、表を作るしくみの名前ではありません。",
            todo="duckdb(既定)か spark と書いてください。例: KYOSO_ENGINE=spark",
            exit_code=2,
        )
    return cast("Engine", text)


@dataclass(frozen=True)
class Settings:
    """The folders, the fiscal year and the as-of date of one run.

    Attributes:
        raw: folder with files as received.
        home: `KYOSO_HOME`, everything the system makes.
        fiscal_year: starting year of the reported fiscal year.
        as_of: only what had been received by this day counts.
        key_file: file with the pseudonym key, or None for the default place.
        is_by_clock: whether the as-of date is what this computer takes for today, and nobody's word.
        engine: what builds the models; the release is the same, whichever it was.
        workers: how many of Dagster's runs read files beside each other, a prefecture each; 0: the night reads alone.
    """

    raw: Path
    home: Path
    fiscal_year: int
    as_of: date
    key_file: Path | None = None
    is_by_clock: bool = False
    engine: Engine = "duckdb"
    workers: int = 0

    @classmethod
    def resolve(
        cls,
        raw: Path | None = None,
        home: Path | None = None,
        fiscal_year: int | None = None,
        as_of: date | None = None,
    ) -> Settings:
        """Fill what the caller left open from the environment and the calendar.

        Raises:
            KyosoError: a variable of the environment cannot be read (exit code 2).
        """
        given = as_of or read_date(os.environ.get("KYOSO_AS_OF"), "KYOSO_AS_OF")
        as_of = given or today()
        if fiscal_year is None:
            fiscal_year = read_year(os.environ.get("KYOSO_FISCAL_YEAR"), "KYOSO_FISCAL_YEAR")
        key = os.environ.get("KYOSO_KEY_FILE")
        return cls(
            raw=(raw or Path(os.environ.get("KYOSO_RAW", "raw"))).absolute(),
            home=(home or Path(os.environ.get("KYOSO_HOME", "var"))).absolute(),
            fiscal_year=fiscal_year if fiscal_year is not None else fiscal_year_of(as_of),
            as_of=as_of,
            key_file=Path(key) if key else None,
            is_by_clock=given is None,
            engine=_engine(),
            workers=_workers(),
        )

    @property
    def archive(self) -> Path:
        """Content-addressed copies of every received file."""
        return self.home / "archive"

    @property
    def ledger(self) -> Path:
        """The hash-chained list of receipts."""
        return self.archive / "ledger.jsonl"

    @property
    def landed(self) -> Path:
        """Typed rows as Parquet segments, one folder per dataset."""
        return self.home / "landed"

    @property
    def computed(self) -> Path:
        """Tables that a cluster built, as Parquet: `<schema>.db/<table>/`; only where `engine` is not DuckDB."""
        return self.home / "computed"

    @property
    def build(self) -> Path:
        """What is under construction or was refused by the gate."""
        return self.home / "build"

    @property
    def candidate(self) -> Path:
        """The one candidate under construction: warehouse.duckdb, control/, verdict.json, reports/."""
        return self.build / "candidate"

    @property
    def releases(self) -> Path:
        """Released candidates, one folder per release id."""
        return self.home / "releases"

    @property
    def issued(self) -> Path:
        """Issued editions, one folder each, and their ledger; nothing is ever removed from it."""
        return self.home / "issued"

    @property
    def status_dir(self) -> Path:
        """The nightly status, written after every attempt."""
        return self.home / "status"

    @property
    def current(self) -> Path:
        """Symbolic link to the current release's folder."""
        return self.home / "current"

    @property
    def warehouse(self) -> Path:
        """Symbolic link to the current release's DuckDB file."""
        return self.home / "warehouse.duckdb"

    @property
    def is_sample(self) -> bool:
        """Whether `raw` carries the marker of fictional data."""
        return (self.raw / SAMPLE_MARKER).exists()
