"""Chatwork's export: the room is a folder, the columns are the officer's to name, deleted posts are `[delete]`."""

from __future__ import annotations

import zipfile
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.ingest.read.chat_mapping import ChatMapping
from pipelines.ingest.read.chatwork import is_chatwork, read_chatwork
from pipelines.ingest.read.refusal import Refused
from tests.unit.ingest.read.chat_files import SECRET, as_csv, plain, remarks, rows_of

# The worked example of the documentation.
CHATWORK = ChatMapping(
    "Chatwork", time_column="日時", sender_column="アカウントID", text_column="本文", deleted_text="[delete]"
)
HEADINGS = ["日時", "アカウントID", "名前", "本文"]
MEMBERS = [["アカウントID", "名前", "メール"], ["101", "架空 花子", "hanako@town.example"]]


def message(at: str = "2026-06-01 08:30:00", who: str = "101", text: str = SECRET) -> list[str]:
    return [at, who, "架空 花子", text]


def write(path: Path, rooms: dict[str, Any], root: str = "chatwork_export/") -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{root}members/members.csv", as_csv(MEMBERS))
        for name, content in rooms.items():
            data = content if isinstance(content, bytes) else as_csv(content)
            archive.writestr(f"{root}rooms/{name}", data)
    return path


def names(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as archive:
        return archive.namelist()


@pytest.mark.parametrize("root", ["", "chatwork_export/"])
def test_a_line_is_who_where_when_and_the_room_is_its_folder(tmp_path: Path, root: str) -> None:
    rooms = {
        "01/12345/messages.csv": [HEADINGS, message(), message("2026-06-01 08:31:00", "102")],
        "02/67890/messages.csv": [HEADINGS, message()],
    }
    path = write(tmp_path / "x.zip", rooms, root)
    assert is_chatwork(names(path))
    found = rows_of(read_chatwork(path, [CHATWORK], plain))
    assert [(r["channel"], r["member"], r["posted_at"], r["_row"]) for r in found] == [
        ("12345", "<101>", datetime(2026, 6, 1, 8, 30), 2),
        ("12345", "<102>", datetime(2026, 6, 1, 8, 31), 3),
        ("67890", "<101>", datetime(2026, 6, 1, 8, 30), 2),
    ]
    assert found[0]["_sheet"] == f"{root}rooms/01/12345/messages.csv"


def test_deleted_posts_are_counted_and_do_not_land(tmp_path: Path) -> None:
    path = write(tmp_path / "x.zip", {"01/1/m.csv": [HEADINGS, message(text="[delete]"), message()]})
    export = read_chatwork(path, [CHATWORK], plain)
    assert [r["_row"] for r in rows_of(export)] == [3]
    assert "not_a_member_post" in remarks(export)


def test_a_room_with_other_columns_is_named_and_loses_no_other_room(tmp_path: Path) -> None:
    path = write(
        tmp_path / "x.zip",
        {
            "01/1/m.csv": [["a", "b"], ["c", "d"]],
            "01/2/m.csv": [HEADINGS, message()],
            "01/3/m.csv": b'"',
            "01/2/絵.png": b"\x89PNG\x00",
        },
    )
    export = read_chatwork(path, [CHATWORK], plain)
    assert export.rows.num_rows == 1
    assert sorted(
        (r.severity, r.sheet.split("rooms/")[1]) for r in export.remarks if r.severity != "info"
    ) == [
        ("error", "01/1/m.csv"),
        ("error", "01/3/m.csv"),
    ]


def test_without_a_mapping_the_refusal_names_the_columns_and_shows_no_text(tmp_path: Path) -> None:
    with pytest.raises(Refused) as caught:
        read_chatwork(write(tmp_path / "x.zip", {"01/1/m.csv": [HEADINGS, message()]}), [], plain)
    assert "アカウントID" in caught.value.message
    assert SECRET not in str(caught.value.args)


def test_an_export_as_web_pages_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(Refused) as caught:
        read_chatwork(write(tmp_path / "x.zip", {"01/1/m.html": b"<html>x</html>"}), [CHATWORK], plain)
    assert "CSV" in caught.value.suggestion


@given(
    posts=st.lists(
        st.tuples(st.datetimes(datetime(2011, 1, 1), datetime(2090, 1, 1)), st.integers(1, 10**7)),
        min_size=1,
        max_size=6,
    )
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_was_posted_is_read_back(tmp_path: Path, posts: list[tuple[datetime, int]]) -> None:
    rows = [message(f"{at:%Y-%m-%d %H:%M:%S}", str(who)) for at, who in posts]
    found = rows_of(
        read_chatwork(write(tmp_path / "x.zip", {"01/1/m.csv": [HEADINGS, *rows]}), [CHATWORK], plain)
    )
    assert [(r["posted_at"], r["member"]) for r in found] == [
        (at.replace(microsecond=0), f"<{who}>") for at, who in posts
    ]


@given(data=st.binary(max_size=100))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_bytes_crash_the_reader(tmp_path: Path, data: bytes) -> None:
    with suppress(Refused):
        read_chatwork(write(tmp_path / "x.zip", {"01/1/m.csv": data}), [CHATWORK], plain)
