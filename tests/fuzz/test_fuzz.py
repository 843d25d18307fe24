"""A few damaged files of every kind in every run of the tests; `make fuzz` damages thousands."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pipelines.ingest.conform.outcome import FileJob, FileOutcome, SheetCount
from pipelines.ingest.pseudonyms import sample_key
from tests.fuzz import judge
from tests.fuzz.run import fuzz
from tests.fuzz.seeds import seeds


def test_damaged_files_land_or_are_refused_in_words_with_every_row_accounted_for(tmp_path: Path) -> None:
    report = fuzz(seeds(largest=30_000), tmp_path, seed=1, files=20, workers=1)
    assert report.failures == []
    assert set(report.outcomes) >= {"chat", "delimited", "ods", "xls", "xlsb", "xlsx", "zip"}
    for kind, counts in report.outcomes.items():
        assert set(counts) <= {"landed", "refused"}, kind


@pytest.mark.parametrize(
    "count", [SheetCount("d", "s", 3, 1, 1), SheetCount("d", "s", 1, 1, 0), SheetCount("d", "s", 2, 0, 2)]
)
def test_the_judge_sees_a_row_that_nobody_can_account_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: SheetCount
) -> None:
    monkeypatch.setattr(
        judge, "conform_file", lambda job: FileOutcome(job.file_id, job.source, counts=[count])
    )
    job = FileJob("0" * 64, "visit_log", tmp_path / "x", "x", sample_key())
    assert judge.examine(job)[1]


def test_the_judge_sees_a_crash(tmp_path: Path) -> None:
    status, problem = judge.examine(FileJob("0" * 64, "visit_log", tmp_path / "missing", "x", sample_key()))
    assert (status, "FileNotFoundError" in problem) == ("crashed", True)


def test_every_kind_has_a_whole_file_that_lands(tmp_path: Path) -> None:
    """Else the damage would only ever be done to files that are refused anyway."""
    for kind, originals in seeds().items():
        landed = 0
        for seed in originals[:6]:
            shutil.rmtree(tmp_path / "f", ignore_errors=True)
            (tmp_path / "f").write_bytes(seed.data)
            status, problem = judge.examine(
                FileJob("0" * 64, seed.source, tmp_path / "f", seed.name, sample_key())
            )
            assert problem == "", seed.name
            landed += status == "landed"
            (tmp_path / "f").unlink()
        assert landed, kind
