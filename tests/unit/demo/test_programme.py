"""The fictional programme stands for the real one: in training, in demos, in every test of the sample night."""

from __future__ import annotations

import filecmp
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pytest

from pipelines.demo.mess import Planted, write_planted
from pipelines.demo.programme import DemoSummary, make_programme
from pipelines.errors import KyosoError
from pipelines.ingest.conform.file import conform_file
from pipelines.ingest.conform.outcome import FileJob
from pipelines.ingest.contracts import load_contracts
from pipelines.ingest.findings import ERROR, WARNING, Finding
from pipelines.ingest.pseudonyms import sample_key
from pipelines.settings import SAMPLE_MARKER
from tests.conftest import SAMPLE
from tests.unit.ingest.test_contracts import SOURCES

PLANTED = Path(__file__).parent / "planted_seed1.json"


def files(folder: Path) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def differing(one: Path, other: Path) -> list[str]:
    names = sorted({*files(one), *files(other)})
    _, mismatch, missing = filecmp.cmpfiles(one, other, names, shallow=False)
    return mismatch + missing


def findings(folder: Path, severities: Iterable[str] = (ERROR,)) -> list[tuple[str, Finding]]:
    """Everything wrong with the files of a programme, read in this process."""
    found = []
    for name in files(folder):
        source = next((part for part in name.split("/") if part in load_contracts()), "")
        if source:
            job = FileJob("f" * 64, source, folder / name, name.rsplit("/", 1)[-1], sample_key())
            found += [(name, f) for f in conform_file(job).findings if f.severity in severities]
    return found


@pytest.fixture(scope="module")
def seed_one(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, DemoSummary]:
    folder = tmp_path_factory.mktemp("seed1")
    return folder, make_programme(folder, seed=1)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("small")
    make_programme(folder, seed=7, count=4)
    return folder


def test_the_committed_sample_is_what_seed_one_gives(seed_one: tuple[Path, DemoSummary]) -> None:
    """If this fails, `make sample` was forgotten, or the same seed gives other bytes on this machine."""
    folder, summary = seed_one
    assert differing(folder, SAMPLE) == []
    assert summary.file_count == len(files(SAMPLE))


def test_the_sample_is_large_enough_to_matter_and_small_enough_to_clone() -> None:
    names = files(SAMPLE)
    assert len(names) >= 150
    assert sum((SAMPLE / name).stat().st_size for name in names) <= 6 * 2**20
    sources = {part for name in names for part in name.split("/") if part in load_contracts()}
    assert sources >= SOURCES
    assert "架空データ" in (SAMPLE / SAMPLE_MARKER).read_text(encoding="utf-8")


def test_the_same_seed_gives_the_same_bytes_also_in_place_of_an_earlier_programme(
    small: Path, tmp_path: Path
) -> None:
    (tmp_path / SAMPLE_MARKER).touch()
    (tmp_path / "R5").mkdir()
    (tmp_path / "R5" / "古い.csv").write_bytes(b"x")
    make_programme(tmp_path, seed=7, count=4)
    assert differing(small, tmp_path) == []


def test_another_seed_gives_another_programme(small: Path, tmp_path: Path) -> None:
    make_programme(tmp_path, seed=8, count=4)
    assert len(differing(small, tmp_path)) > len(files(small)) / 2


def test_every_planted_mistake_is_found_at_exactly_its_cell_and_nothing_else_is_wrong(
    seed_one: tuple[Path, DemoSummary], tmp_path: Path
) -> None:
    """Posts by people who have left are part of every chat export, wherever they fall; they are no planted mistake."""
    folder, summary = seed_one
    write_planted(list(summary.planted), tmp_path / "planted.json")
    assert (tmp_path / "planted.json").read_text(encoding="utf-8") == PLANTED.read_text(encoding="utf-8")
    found = {
        Planted(name, f.cell, f.rule)
        for name, f in findings(folder, (ERROR, WARNING))
        if f.rule != "unknown_member"
    }
    misplaced = {p for p in summary.planted if p.rule == "misplaced_file"}
    assert found == set(summary.planted) - misplaced
    assert [p.path for p in misplaced] == ["R8/memo/打合せメモ.txt"], (
        "found by the control tables: tested there"
    )


def test_a_tidy_programme_has_nothing_to_complain_about(tmp_path: Path) -> None:
    summary = make_programme(tmp_path, seed=3, count=4, mess=0)
    assert summary.planted == ()
    assert findings(tmp_path, (ERROR, WARNING)) == []


def test_the_smallest_programme_has_every_source(small: Path) -> None:
    sources = {part for name in files(small) for part in name.split("/") if part in load_contracts()}
    assert sources >= SOURCES


def test_no_file_is_dated_by_the_clock(small: Path) -> None:
    dates = {
        part for name in files(small) for part in name.split("/") if part[:2] == "20" and part.count("-") == 2
    }
    assert all(date(2023, 4, 1) <= date.fromisoformat(d) <= date(2027, 12, 31) for d in dates)


@pytest.mark.parametrize("count", [0, 3, 1742])
def test_an_impossible_size_is_a_usage_error(tmp_path: Path, count: int) -> None:
    with pytest.raises(KyosoError) as caught:
        make_programme(tmp_path, count=count)
    assert caught.value.exit_code == 2
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_anything_else_in_it_is_never_emptied(tmp_path: Path) -> None:
    (tmp_path / "本物.xlsx").write_bytes(b"x")
    with pytest.raises(KyosoError) as caught:
        make_programme(tmp_path, count=4)
    assert "架空データではない" in caught.value.what
    assert files(tmp_path) == ["本物.xlsx"]


@pytest.mark.parametrize("count", [14, pytest.param(26, marks=pytest.mark.slow)])
def test_a_middling_programme_can_be_untidy_too(tmp_path: Path, count: int) -> None:
    """Too few towns are dispatched to for every planted mistake; its files are untidy all the same."""
    assert make_programme(tmp_path, seed=3, count=count, mess=1).planted == ()
