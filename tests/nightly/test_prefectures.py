"""A nation's files, read by several workers. A prefecture whose run fails must cost the others nothing, and
rows that depend on who read them would be two truths.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.cluster.parts import find_postgres, postgres_account
from pipelines.cluster.postgres import postgres
from pipelines.demo.programme import Load, make_programme
from pipelines.errors import KyosoError
from pipelines.ingest.archive import Archive
from pipelines.ingest.contracts import all_datasets
from pipelines.ingest.landing import Landing, land_new
from pipelines.ingest.ledger import Ledger
from pipelines.ingest.municipalities import municipalities, use_municipalities
from pipelines.ingest.prefectures import COMMON, Prefectures
from pipelines.settings import Settings
from tests.nightly.page import Page, failures, serve, wait

pytestmark = pytest.mark.slow

LAST_DAY = date(2027, 6, 30)
FAILING = "51_架空01県"
_RUNS = """
query Runs($job: String!) {
  runsOrError(filter: { pipelineName: $job }) { ... on Runs { results {
    runId status tags { key value } stats { ... on RunStatsSnapshot { launchTime endTime } }
  } } }
}
"""


def _is_there() -> bool:
    try:
        find_postgres()
    except KyosoError:
        return False
    return True


@dataclass
class Spread:
    """What came of handing out: the page, and the runs by prefecture once all are over."""

    page: Page
    settings: Settings
    original: bytes
    lost: Path
    runs: dict[str, dict[str, Any]]


def _over(page: Page, count: int) -> dict[str, dict[str, Any]]:
    runs = {
        next(t["value"] for t in run["tags"] if t["key"] == "dagster/partition"): run
        for run in page.ask(_RUNS, job="land_by_prefecture")["runsOrError"]["results"]
        if run["status"] in ("SUCCESS", "FAILURE")
    }
    return runs if len(runs) == count else {}


@pytest.fixture(scope="module")
def spread(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spread]:
    if not _is_there():
        pytest.skip("needs PostgreSQL on this machine (Debian: postgresql)")
    place = tmp_path_factory.mktemp("spread")
    # Whoever runs PostgreSQL must be able to walk to its folder.
    for folder in (place, *place.parents[:3]):
        folder.chmod(0o755)
    raw = place / "raw"
    make_programme(
        raw,
        seed=7,
        count=70,
        mess=0,
        load=Load(years=1, only=frozenset({"policy", "assessment", "register"})),
    )
    settings = Settings(raw, place / "home", 2026, LAST_DAY)
    with ExitStack() as stack:
        storage = stack.enter_context(postgres(place / "postgres", find_postgres(), postgres_account()))
        variables = {"KYOSO_WORKERS": "2", "KYOSO_DAGSTER_POSTGRES": storage.url}
        page = serve(settings.home, place, raw, variables, LAST_DAY.isoformat())
        try:
            handed_out = page.ended(page.launch("hand_out"))
            assert handed_out["status"] == "SUCCESS"
            lost, original = _lose_one(settings)
            runs = wait(lambda: _over(page, 4), 400, "every prefecture's run is over")
            yield Spread(page, settings, original, lost, runs)
        finally:
            page.close()


def _lose_one(settings: Settings) -> tuple[Path, bytes]:
    """One file of one prefecture goes from the archive and from `raw`: reading that prefecture must fail."""
    landing = Landing(settings, Archive(settings), is_alone=False)
    receipt = Prefectures(municipalities().values()).parts(landing.unread)[FAILING][0]
    use_municipalities(())
    archived = Archive(settings).path_of(receipt.file_id)
    original = archived.read_bytes()
    archived.unlink()
    (settings.raw / receipt.path).unlink()
    return settings.raw / receipt.path, original


def test_every_prefecture_with_files_is_a_run_of_its_own_and_one_failure_stops_no_other(
    spread: Spread,
) -> None:
    assert {part: run["status"] for part, run in spread.runs.items()} == {
        COMMON: "SUCCESS",
        "30_和歌山県": "SUCCESS",
        FAILING: "FAILURE",
        "52_架空02県": "SUCCESS",
    }
    failed = spread.page.run(spread.runs[FAILING]["runId"])
    assert "受領ファイルの控えがなくなったか、受領したときと違います" in failures(failed)


def test_two_workers_read_at_the_same_time(spread: Spread) -> None:
    times = sorted((run["stats"]["launchTime"], run["stats"]["endTime"]) for run in spread.runs.values())
    together = sum(a[1] > b[0] for a, b in pairwise(times))
    assert together >= 1, times
    for start, _ in times:
        assert sum(first <= start < last for first, last in times) <= 2, "no more than KYOSO_WORKERS says"


def test_the_history_is_in_postgres_and_not_in_files(spread: Spread) -> None:
    assert list((spread.settings.home / "dagster").rglob("*.db")) == []


def test_the_night_reads_what_no_worker_has_and_the_rows_are_those_of_one_reader(
    spread: Spread, tmp_path: Path
) -> None:
    spread.lost.write_bytes(spread.original)
    left = sum(1 for r in Ledger(spread.settings.ledger).receipts if r.path.split("/")[-1].startswith("架空"))
    ready = land_new(spread.settings)
    assert 0 < ready.files_read < left
    assert ready.files_refused == 0
    alone = replace(spread.settings, home=tmp_path / "alone")
    alone.archive.parent.mkdir(parents=True)
    shutil.copytree(spread.settings.archive, alone.archive)
    assert land_new(alone).files_read > ready.files_read
    for dataset in all_datasets().values():
        if (alone.landed / dataset.name).exists():
            assert _rows(spread.settings, dataset.name) == _rows(alone, dataset.name)
    use_municipalities(())


def _rows(settings: Settings, dataset: str) -> list[tuple[Any, ...]]:
    with duckdb.connect() as con:
        return con.execute(
            f"select * from read_parquet('{settings.landed}/{dataset}/*.parquet', union_by_name = true) order by all"
        ).fetchall()
