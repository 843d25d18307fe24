"""Errors in words for the operator. If the words are wrong, the operator repairs the wrong thing."""

from __future__ import annotations

import pickle
import shutil
from collections import namedtuple
from pathlib import Path

import pytest

from pipelines import errors
from pipelines.errors import KEPT_LOGS, KyosoError, explained, reason

Usage = namedtuple("Usage", "total used free")


def caused_by(error: Exception, cause: Exception) -> Exception:
    try:
        raise error from cause
    except Exception as caught:
        return caught


@pytest.mark.parametrize(
    "error",
    [
        OSError(28, "No space left on device", "/home/x"),
        OSError(122, "Disk quota exceeded"),
        RuntimeError("IO Error: Could not write file: No space left on device"),
        RuntimeError("(sqlite3.OperationalError) database or disk is full"),
        KyosoError("表を作れませんでした。", where="IO Error: No space left on device\nLINE 1"),
        caused_by(ValueError("half a file"), OSError(28, "No space left on device")),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_full_disk_is_recognised_whoever_reports_it(error: Exception, tmp_path: Path) -> None:
    found = explained(error, tmp_path, "x")
    assert found.what.startswith("ディスクの空きがありません。")
    assert "空きを作ってから" in found.todo
    assert found.exit_code == 1


def test_a_strange_error_on_a_disk_without_room_is_a_full_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite says disk I/O error."""
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(1, 1, errors.NO_ROOM_BYTES - 1))
    assert "空きがありません" in explained(RuntimeError("disk I/O error"), tmp_path, "x").what
    told = KyosoError("別の話です。")
    assert explained(told, tmp_path, "x") is told


def test_a_refused_permission_names_the_folder(tmp_path: Path) -> None:
    found = explained(PermissionError(13, "Permission denied", "/there"), tmp_path, "x")
    assert (found.what[:9], found.where) == ("読み書きが許されて", "/there")


def test_an_unknown_error_leaves_its_trace_in_a_log_and_old_logs_go(tmp_path: Path) -> None:
    for number in range(KEPT_LOGS + 5):
        found = explained(ZeroDivisionError("division"), tmp_path, f"{number:03d}")
    names = sorted(path.name for path in (tmp_path / "logs").iterdir())
    assert len(names) == KEPT_LOGS
    assert names[-1] == f"{KEPT_LOGS + 4:03d}.log"
    assert str(tmp_path / "logs" / names[-1]) in found.where
    assert "ZeroDivisionError" in (tmp_path / "logs" / names[-1]).read_text(encoding="utf-8")


def test_an_error_whose_log_cannot_be_written_is_told_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "logs").write_text("in the way", encoding="utf-8")
    found = explained(ZeroDivisionError("division"), tmp_path, "x")
    assert "ZeroDivisionError: division" in found.what
    assert found.where == ""


def test_an_error_travels_between_processes_with_everything_it_says() -> None:
    error = pickle.loads(pickle.dumps(KyosoError("何が", where="どこで", todo="何を", exit_code=4)))
    assert str(error) == "何が\n場所: どこで\nすること: 何を"
    assert error.exit_code == 4


def test_a_reason_is_japanese_where_the_words_are_known() -> None:
    assert reason(OSError(30, "Read-only file system")) == "読み取り専用です"
    assert reason(OSError(110, "Connection timed out")) == "Connection timed out"
