"""Reading happens in processes that may die. If one took the night with it, one bad file would stop all reports."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from pipelines.ingest.read.refusal import Refused
from pipelines.ingest.read.worker import ReadingWorkers


def work(job: str) -> str:
    """Each kind of death a parser has died."""
    if job == "abort":
        os.abort()
    if job == "exit":
        os._exit(3)
    if job == "hang":
        time.sleep(60)
    if job.startswith("slow"):
        time.sleep(1)
    if job == "memory":
        return str(len(bytearray(64 * 2**30)))
    if job == "error":
        raise ValueError("bad cell")
    return f"{job} by {os.getpid()}"


JOBS = ["a", "abort", "b", "error", "c", "exit", "d", "memory", "e"]


@pytest.fixture(scope="module")
def results() -> dict[str, str | Refused]:
    return dict(ReadingWorkers(work, count=1).map(JOBS))


def test_every_job_has_an_outcome_whatever_became_of_its_worker(results: dict[str, str | Refused]) -> None:
    assert set(results) == set(JOBS)
    assert {job for job, result in results.items() if isinstance(result, Refused)} == {
        "abort",
        "error",
        "exit",
        "memory",
    }


def test_a_dead_worker_is_replaced_and_a_living_one_kept(results: dict[str, str | Refused]) -> None:
    pids = {
        job: str(result).split()[-1] for job, result in results.items() if not isinstance(result, Refused)
    }
    assert pids["a"] != pids["b"]
    assert pids["b"] == pids["c"], "an exception is no death"
    assert pids["c"] != pids["d"]
    assert str(os.getpid()) not in pids.values(), "nothing is parsed in the main process"


def test_each_death_is_explained(results: dict[str, str | Refused]) -> None:
    rules = {job: r.rule for job, r in results.items() if isinstance(r, Refused)}
    assert rules == {
        "abort": "too_large_to_read",
        "exit": "too_large_to_read",
        "memory": "too_large_to_read",
        "error": "unreadable_file",
    }


def test_a_file_that_never_ends_is_given_up_and_the_next_one_read() -> None:
    started = time.monotonic()
    found = dict(ReadingWorkers(work, count=1, timeout=5).map(["hang", "a"]))
    assert time.monotonic() - started < 50
    hung = found["hang"]
    assert isinstance(hung, Refused)
    assert hung.rule == "took_too_long"
    assert str(found["a"]).startswith("a by")


def test_stopping_early_leaves_no_process_behind() -> None:
    import multiprocessing

    outcomes = ReadingWorkers(work, count=2).map(["a", "b", "hang", "hang"])
    next(outcomes)
    outcomes.close()  # type: ignore[attr-defined]
    assert multiprocessing.active_children() == []


def parse_far_cell(path: str) -> int:
    """What calamine does with a workbook whose only cells are A1 and XFD1048576, without our checks."""
    import python_calamine

    return len(
        python_calamine.CalamineWorkbook.from_path(path)
        .get_sheet_by_index(0)
        .to_python(skip_empty_area=False)
    )


def test_a_workbook_that_asks_for_hundreds_of_gigabytes_costs_only_its_worker(tmp_path: Path) -> None:
    """The check before opening refuses it; this is the second wall, should one slip through."""
    from openpyxl import Workbook

    workbook = Workbook()
    workbook.worksheets[0]["A1"] = 1
    workbook.worksheets[0]["XFD1048576"] = 1
    workbook.save(tmp_path / "far.xlsx")
    ((_, outcome),) = ReadingWorkers(parse_far_cell, count=1, timeout=60).map([str(tmp_path / "far.xlsx")])
    assert isinstance(outcome, Refused)


def test_a_hanging_file_is_given_up_in_its_own_time_while_others_are_read() -> None:
    jobs = ["hang", *(f"slow {n}" for n in range(8))]
    order = [job for job, _ in ReadingWorkers(work, count=2, timeout=3).map(jobs)]
    assert sorted(order) == sorted(jobs)
    assert order[-1] != "hang"


def test_what_a_dead_worker_had_not_begun_is_read_by_another() -> None:
    jobs = ["abort", "a", "exit", "b", "abort", "c"]
    found = list(ReadingWorkers(work, count=1).map(jobs))
    assert sorted(job for job, _ in found) == sorted(jobs)
    assert {job for job, result in found if not isinstance(result, Refused)} == {"a", "b", "c"}
