"""Landing: read once, typed, append-only. A file read twice counts its visits twice; one skipped counts them never."""

from __future__ import annotations

import hashlib
import shutil
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from pipelines.ingest import landing, segments
from pipelines.ingest.archive import Archive
from pipelines.ingest.contracts import all_datasets
from pipelines.ingest.ledger import Receipt
from pipelines.ingest.municipalities import Municipality
from tests.unit.ingest.conform.forms import visit
from tests.unit.ingest.received import LOG, House, form


@pytest.fixture(scope="module")
def first_night(tmp_path_factory: pytest.TempPathFactory) -> House:
    """One file landed; never changed, only copied."""
    house = House(tmp_path_factory.mktemp("first-night"))
    house.put(LOG, form())
    house.night()
    return house


@pytest.fixture
def house(first_night: House, tmp_path: Path) -> House:
    shutil.copytree(first_night.folder, tmp_path, dirs_exist_ok=True)
    return House(tmp_path)


def test_every_dataset_has_a_typed_segment_even_when_nothing_came(house: House) -> None:
    """An empty glob is an error in the models, and an untyped one a wrong type."""
    for dataset in all_datasets().values():
        files = sorted((house.settings.landed / dataset.name).glob("*.parquet"))
        assert files, dataset.name
        assert all(pq.read_schema(file).equals(dataset.arrow_schema) for file in files), dataset.name
    for part in segments.CONTROL_PARTS:
        assert (house.settings.landed / f"_{part}" / "empty.parquet").exists()


def test_only_new_files_are_read_the_next_night(house: House) -> None:
    assert house.night().names_read == []
    house.put("R8/visit_log/2026-08-03/橋本市.csv", form(town="橋本市"))
    assert house.night().names_read == ["R8/visit_log/2026-08-03/橋本市.csv"]
    assert house.night().files_read == 0
    assert sorted(r["municipality_code"] for r in house.landed()) == ["302023", "302031"]


def test_the_same_bytes_are_read_once_for_a_source_and_again_for_another(house: House) -> None:
    house.put("R8/visit_log/2026-08-20/再送.csv", form())
    assert house.night().files_read == 0
    house.put("R8/survey/2026-08-20/置き間違い.csv", form())
    summary = house.night()
    assert (summary.files_read, summary.files_refused) == (1, 1)


def test_a_misplaced_file_is_not_read(house: House) -> None:
    house.put("R8/memo/メモ.txt", b"x")
    assert house.night().files_read == 0


def test_another_parser_lands_everything_again_once(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    before = house.landed()
    monkeypatch.setattr(landing, "parser_version", lambda: "another")
    assert house.night().files_read == 1
    assert house.night().files_read == 0
    assert house.landed() == before
    assert len(house.segments()) == 1


def test_the_parser_version_covers_contracts_code_and_names() -> None:
    """What decides how a cell is read must be in it, or old readings would stay beside new ones."""
    folder = Path(landing.__file__).parent
    covered = {p.suffix for p in folder.rglob("*") if p.suffix in (".py", ".yaml", ".csv")}
    assert covered == {".py", ".yaml", ".csv"}
    assert len(landing.parser_version()) == 16


def test_a_changed_contract_changes_the_parser_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Path(landing.__file__).parent
    copy = tmp_path / "ingest"
    shutil.copytree(folder, copy, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(folder.parent / "fiscal_year.py", tmp_path)
    monkeypatch.setattr(landing, "__file__", str(copy / "landing.py"))
    same = landing.parser_version.__wrapped__()
    contract = copy / "contracts" / "visit_log.odcs.yaml"
    contract.write_text(contract.read_text(encoding="utf-8").replace("時間", "分"), encoding="utf-8")
    assert same == landing.parser_version()
    assert landing.parser_version.__wrapped__() != same


def test_another_pseudonym_key_lands_everything_again_under_it(tmp_path: Path) -> None:
    house = House(tmp_path, is_sample=False)
    house.put(LOG, form())
    house.night()
    (before,) = house.landed()
    (tmp_path / "key").unlink()
    assert house.night().files_read == 1
    (after,) = house.landed()
    assert before["person"] != after["person"]
    assert before | {"person": ""} == after | {"person": ""}


def test_a_new_alias_table_reads_the_names_again(house: House) -> None:
    house.put("R8/visit_log/2026-08-03/紀の川.csv", form(town="紀ノ川市"))
    house.night()
    assert len(house.landed()) == 1
    house.put(
        "R8/policy/2026-08-04/別表記.csv",
        "別表記,団体コード\r\n紀ノ川市,302082\r\nきのかわ市,30208\r\n".encode(),
    )
    summary = house.night()
    assert summary.files_read == 3
    assert sorted(r["municipality_code"] for r in house.landed()) == ["302023", "302082"]
    assert [r["municipality_code"] for r in house.landed("policy__aliases")] == ["302082"] * 2


def test_an_alias_for_a_town_that_does_not_exist_is_a_finding_and_not_a_crash(house: House) -> None:
    house.put("R8/policy/2026-08-04/別表記.csv", "別表記,団体コード\r\n紀ノ川市,999999\r\n".encode())
    house.put("R8/visit_log/2026-08-03/紀の川.csv", form(town="紀ノ川市"))
    house.night()
    rules = {f["rule"] for f in house.control()["findings"]}
    assert {"wrong_check_digit", "unknown_municipality"} <= rules
    assert "unreadable_file" not in rules


def test_a_file_that_kills_its_reader_is_refused_and_the_others_land(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.put("R8/visit_log/2026-08-03/橋本市.csv", form(town="橋本市"))
    house.put("R8/visit_log/2026-08-03/爆弾.csv", form(town="有田市"))
    monkeypatch.setattr(landing, "conform_file_by", conform_or_die)
    summary = house.night()
    assert (summary.files_read, summary.files_refused) == (2, 1)
    assert sorted(r["municipality_code"] for r in house.landed()) == ["302023", "302031"]
    files = {f["file_name"]: f["status"] for f in house.control()["files"]}
    assert files["爆弾.csv"] == "refused"


def conform_or_die(register: tuple[Municipality, ...], job: landing.FileJob) -> landing.FileOutcome:
    import os

    from pipelines.ingest.conform.file import conform_file_by

    if job.name == "爆弾.csv":
        os.abort()
    return conform_file_by(register, job)


def _receive_directly(house: House, count: int) -> None:
    """Many files in the archive without syncing each: what landing does with them is the question here."""
    archive = Archive(house.settings)
    receipts = []
    for number in range(count):
        data = form([visit(number % 900)], month=f"R8.{number % 12 + 1}") + f"※ {number}\r\n".encode("cp932")
        file_id = hashlib.sha256(data).hexdigest()
        path = archive.path_of(file_id)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        seq = len(archive.ledger.receipts) + number + 1
        receipts.append(
            Receipt(
                seq, f"R8/visit_log/2026-08-03/{number}.csv", file_id, "visit_log", date(2026, 8, 3), 1, True
            )
        )
    archive.ledger.append(receipts)


@pytest.mark.parametrize("count", [200, pytest.param(2_000, marks=pytest.mark.slow)])
def test_many_tiny_files_become_one_segment(house: House, count: int) -> None:
    _receive_directly(house, count)
    assert landing.land_new(house.settings).files_read == count
    assert len(house.segments()) == 2, "the first night's and one more"
    parquet = [p for p in house.settings.landed.rglob("*.parquet") if not p.name.startswith("empty")]
    assert len(parquet) == 2 * (1 + len(segments.CONTROL_PARTS))
    assert len(house.landed()) == count + 1
