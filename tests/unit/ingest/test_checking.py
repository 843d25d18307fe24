"""What a file is, told by its content. A clerk does not know our folders."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.ingest.checking import Checked, CheckJob, check_file, source_of_folder
from pipelines.ingest.contracts import load_contracts
from tests.conftest import SAMPLE
from tests.unit.ingest.conform.forms import visit
from tests.unit.ingest.received import House, form


def check(path: Path, source: str = "") -> Checked:
    return check_file(CheckJob(path, path.name, source))


def put(folder: Path, data: bytes, name: str = "報告書.csv") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def one_of_each() -> list[Path]:
    """A correct file of every source and kind of the sample: the first by name in each folder."""
    folders = sorted({p.parent for p in SAMPLE.glob("R8/*/*/*") if p.parent.parent.name in load_contracts()})
    return [sorted(folder.iterdir())[0] for folder in folders]


@pytest.mark.parametrize("path", one_of_each(), ids=lambda p: f"{p.parent.parent.name}-{p.parent.name}")
def test_a_file_is_known_by_its_content_alone(tmp_path: Path, path: Path) -> None:
    checked = check(put(tmp_path, path.read_bytes(), path.name))
    if any(f.rule in ("wrong_source", "not_a_table", "broken_file") for f in check(path).findings):
        return
    assert checked.source == path.parent.parent.name
    assert checked.rows_in > 0
    assert checked.findings == check(path).findings


def test_a_clean_file_is_clean_and_a_wrong_cell_is_not(tmp_path: Path) -> None:
    checked = check(put(tmp_path, form([visit(1), visit(2)])))
    assert (checked.source, checked.rows_in, checked.rows_landed) == ("visit_log", 2, 2)
    assert checked.is_clean
    wrong = check(put(tmp_path, form([visit(1), visit(2, visit_date="R8.2.31")])))
    assert not wrong.is_clean
    assert [(f.rule, f.typed_text) for f in wrong.findings] == [("impossible_day", "R8.2.31")]
    assert wrong.rows_landed == 1


def test_the_folder_of_received_files_decides_like_at_night(tmp_path: Path) -> None:
    folder = tmp_path / "R8" / "survey" / "2026-07-03"
    folder.mkdir(parents=True)
    (finding,) = check(put(folder, form())).findings
    assert finding.rule == "wrong_source"


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("raw/R8/visit_log/2026-07-03/a.xlsx", "visit_log"),
        ("raw/令和8年度/visit_log/a.xlsx", ""),
        ("home/register/a.xlsx", ""),
        ("R8/memo/a.xlsx", ""),
        ("R8/visit_log", ""),
    ],
)
def test_only_a_folder_under_a_fiscal_year_names_a_source(path: str, source: str) -> None:
    assert source_of_folder(Path("/srv") / path) == source


def test_a_source_that_is_named_is_not_questioned(tmp_path: Path) -> None:
    (finding,) = check(put(tmp_path, form()), "survey").findings
    assert finding.rule == "wrong_source"


def test_what_is_none_of_ours_is_told_with_the_nearest_form(tmp_path: Path) -> None:
    checked = check(put(tmp_path, "報告番号,実施日,好きな色\nV001,R8.6.1,青\n".encode()))
    assert checked.source == ""
    (finding,) = checked.findings
    assert finding.rule == "unknown_header"
    assert "支援実施記録" in finding.message


@pytest.mark.parametrize(
    "data",
    [b"", b"\x00" * 100, b"PK\x03\x04", b"%PDF", b"<html>", b"\xff\xfe\x00", b'a,"b\n', b"{}", b"\x89PNG"],
)
def test_whatever_it_is_it_is_refused_and_nothing_is_raised(tmp_path: Path, data: bytes) -> None:
    checked = check(put(tmp_path, data, "何か"))
    assert not checked.is_clean
    assert checked.source == "" or b"PK" not in data
    assert checked.findings[0].message
    assert checked.findings[0].suggestion


def test_names_are_read_with_the_alias_table_of_the_home(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.put("R8/policy/2026-05-15/別表記.csv", "別表記,団体コード\n黒江の市,302023\n".encode())
    house.night()
    path = put(tmp_path, form(town="黒江の市"))
    without = check(path)
    assert [f.rule for f in without.findings] == ["unknown_municipality"]
    known = check_file(CheckJob(path, path.name, "", house.settings))
    assert all(f.rule == "value_was_read_differently" for f in known.findings)
    assert known.rows_landed == 1


LOGO = "投稿日時,投稿者メール,ルーム,本文\n2026/06/01 09:00,a@example.jp,総務,ひみつの話\n".encode()


def test_a_table_of_some_chat_tool_is_told_which_mapping_is_missing(tmp_path: Path) -> None:
    checked = check(put(tmp_path, LOGO, "logo.csv"))
    assert checked.source == "chat_activity"
    (finding,) = checked.findings
    assert "チャット対応表" in finding.suggestion
    assert "ひみつの話" not in str(finding)


def test_chat_mappings_of_the_home_are_used(tmp_path: Path) -> None:
    mapping = (
        "ツール名,日時の列,投稿者の列,ルームの列,投稿番号の列,返信先の列,本文の列,削除済みの表記,数えない投稿者,"
        "日時の書式,時間帯,文字コード\nLoGoチャット,投稿日時,投稿者メール,ルーム,,,本文,,,,,\n"
    )
    house = House(tmp_path)
    house.put("R8/policy/2026-05-15/対応表.csv", mapping.encode())
    house.night()
    path = put(tmp_path, LOGO, "logo.csv")
    checked = check_file(CheckJob(path, path.name, "", house.settings))
    assert (checked.source, checked.rows_landed) == ("chat_activity", 1)
