"""A chat export as a file received: it lands under its contract, and what does not is said in few words."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipelines.ingest.conform.file import conform_file
from pipelines.ingest.conform.outcome import FileJob, FileOutcome
from pipelines.ingest.contracts import load_contracts
from pipelines.ingest.pseudonyms import sample_key
from pipelines.ingest.read.chat_mapping import ChatMapping
from pipelines.ingest.segments import write_segment
from tests.unit.ingest.read.chat_files import (
    INSTANT,
    LINE_WORKS_HEADINGS,
    MAIL,
    SECRET,
    SECRETS,
    USAGE_HEADINGS,
    as_csv,
    as_xlsx,
    person_day,
    post,
    talk,
    teams_message,
    usage_row,
    write_analytics,
    write_slack,
)
from tests.unit.ingest.read.test_chat_table import HEADINGS, LOGO, line
from tests.unit.ingest.read.test_chatwork import CHATWORK, message, write
from tests.unit.ingest.read.test_chatwork import HEADINGS as CHATWORK_HEADINGS

FILE_ID = "f" * 64


def conform(path: Path, *mappings: ChatMapping) -> FileOutcome:
    return conform_file(
        FileJob(FILE_ID, "chat_activity", path, path.name, sample_key(), chat_mappings=mappings)
    )


def _json(path: Path, document: Any) -> Path:
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def _bytes(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


# One file of each kind: what it is written by, the dataset, the version, rows landed and set aside.
KINDS: dict[str, tuple[Callable[[Path], Path], str, str, int, int]] = {
    "slack": (
        lambda f: write_slack(
            f / "a.zip", post("U1", INSTANT), post("U9", INSTANT), post("U1", "1.0", bot_id="B")
        ),
        "messages",
        "messages:slack",
        1,
        1,
    ),
    "slack_analytics": (
        lambda f: write_analytics(f / "a.json.gz", person_day(), "{"),
        "daily_activity",
        "daily_activity:slack_analytics",
        1,
        1,
    ),
    "teams_messages": (
        lambda f: _json(f / "a.json", [teams_message("1"), teams_message("2", From=None)]),
        "messages",
        "messages:teams",
        1,
        1,
    ),
    "teams_usage": (
        lambda f: _bytes(f / "a.csv", as_csv([USAGE_HEADINGS, usage_row(), usage_row(Report_Period="x")])),
        "period_activity",
        "period_activity:teams_usage",
        1,
        1,
    ),
    "teams_usage_xlsx": (
        lambda f: as_xlsx(f / "a.xlsx", [USAGE_HEADINGS, usage_row()]),
        "period_activity",
        "period_activity:teams_usage",
        1,
        0,
    ),
    "lineworks": (
        lambda f: _bytes(f / "a.csv", as_csv([LINE_WORKS_HEADINGS, talk(), talk("?")], "cp932")),
        "messages",
        "messages:lineworks",
        1,
        1,
    ),
    "lineworks_xlsx": (
        lambda f: as_xlsx(f / "a.xlsx", [LINE_WORKS_HEADINGS, talk()]),
        "messages",
        "messages:lineworks",
        1,
        0,
    ),
    "chatwork": (
        lambda f: write(f / "a.zip", {"01/1/m.csv": [CHATWORK_HEADINGS, message(), message("?")]}),
        "messages",
        "messages:chatwork",
        1,
        1,
    ),
    "logochat": (
        lambda f: _bytes(f / "a.csv", as_csv([HEADINGS, line(1), line(2, at="?")])),
        "messages",
        "messages:mapping(LoGoチャット)",
        1,
        1,
    ),
    "logochat_xlsx": (
        lambda f: as_xlsx(f / "a.xlsx", [HEADINGS, line(1)]),
        "messages",
        "messages:mapping(LoGoチャット)",
        1,
        0,
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_lands_under_its_contract_and_the_counts_agree(kind: str, tmp_path: Path) -> None:
    write_file, rows, version, landed, aside = KINDS[kind]
    outcome = conform(write_file(tmp_path), LOGO, CHATWORK)
    dataset = load_contracts()["chat_activity"].datasets[f"chat_activity__{rows}"]
    table = outcome.tables[dataset.name]
    assert table.schema == dataset.arrow_schema
    assert (outcome.status, outcome.versions, outcome.rows) == ("landed", version, {})
    assert outcome.submissions == {(dataset.name, FILE_ID)}
    (count,) = outcome.counts
    assert (count.dataset, count.rows_in, count.rows_landed, count.rows_set_aside) == (
        dataset.name,
        landed + aside,
        landed,
        aside,
    )
    assert table.num_rows == landed
    assert set(table.column("_file_id").to_pylist()) == {FILE_ID}
    required = [f.name for f in dataset.fields if f.is_required]
    assert [table.column(name).null_count for name in required] == [0] * len(required)
    errors = [f for f in outcome.findings if f.severity == "error"]
    assert len(errors) == aside
    assert all(f.expected and f.example and f.suggestion and f.cell for f in errors)


@pytest.mark.parametrize("kind", KINDS)
def test_no_text_name_or_address_reaches_the_landed_bytes(kind: str, tmp_path: Path) -> None:
    outcome = conform(KINDS[kind][0](tmp_path), LOGO, CHATWORK)
    write_segment(tmp_path / "landed", "rows-test", [outcome])
    data = _plain_bytes(tmp_path / "landed")
    (table,) = outcome.tables.values()
    assert table.column("member")[0].as_py().encode() in data, "the search must be able to find"
    for secret in SECRETS:
        assert secret.encode() not in data, secret


def _plain_bytes(landed: Path) -> bytes:
    """Every landed file, written again without compression, so that no text can hide in it."""
    import pyarrow.parquet as pq

    for file in landed.rglob("*.parquet"):
        pq.write_table(pq.read_table(file), file, compression="none", use_dictionary=False)
    return b"".join(file.read_bytes() for file in sorted(landed.rglob("*")) if file.is_file())


def test_no_text_of_a_real_export_reaches_the_landed_bytes(real_files: Path, tmp_path: Path) -> None:
    path = real_files / "slack_export_testarchive.zip"
    outcome = conform(path)
    assert [(c.rows_in, c.rows_landed, c.rows_set_aside) for c in outcome.counts] == [(52, 52, 0)]
    write_segment(tmp_path / "landed", "rows-test", [outcome])
    data = _plain_bytes(tmp_path / "landed")
    with zipfile.ZipFile(path) as archive:
        days = [json.loads(archive.read(n)) for n in archive.namelist() if "/" in n and n.endswith(".json")]
        users = json.loads(archive.read("users.json"))
    texts = {e.get("text", "") for day in days for e in day if len(e.get("text", "")) >= 8}
    names = {u.get("profile", {}).get("email") or u["id"] for u in users}
    assert len(texts) > 50
    assert [t for t in texts | names if t.encode() in data] == []


@pytest.mark.parametrize("kind", ["slack_analytics", "teams_usage"])
def test_counts_are_said_to_be_no_part_of_the_figures_about_posts(kind: str, tmp_path: Path) -> None:
    outcome = conform(KINDS[kind][0](tmp_path))
    assert [f.severity for f in outcome.findings if f.rule == "counts_only"] == ["info"]


def test_one_person_has_one_pseudonym_in_every_tool(tmp_path: Path) -> None:
    found = {
        kind: conform(KINDS[kind][0](tmp_path), LOGO).tables
        for kind in ("slack", "slack_analytics", "teams_usage", "lineworks", "logochat")
    }
    members = {t.column("member")[0].as_py() for tables in found.values() for t in tables.values()}
    assert members == {sample_key().pseudonym(MAIL)}


def test_a_hundred_thousand_strangers_become_one_finding_a_day(tmp_path: Path) -> None:
    days = {f"general/2026-07-{n:02d}.json": [post("U9", INSTANT)] * 5_000 for n in range(1, 21)}
    outcome = conform(write_slack(tmp_path / "x.zip", post("U1", INSTANT), **days))
    assert [(c.rows_landed, c.rows_set_aside) for c in outcome.counts] == [(1, 100_000)]
    errors = [f for f in outcome.findings if f.severity == "error"]
    assert [f.sheet for f in errors] == sorted(days)
    assert all("5,000件" in f.message and f.cell == "1件目、2件目、3件目、4件目、5件目など" for f in errors)
    assert len({f.finding_id for f in outcome.findings}) == len(outcome.findings)


def test_a_fault_in_every_one_of_many_days_stays_a_bounded_number_of_findings(tmp_path: Path) -> None:
    days = {f"general/{n:05d}.json": [post("U9", INSTANT)] * 2 for n in range(1_000)}
    days |= {f"general/x{n:05d}.json": "[" for n in range(300)}
    outcome = conform(write_slack(tmp_path / "x.zip", post("U1", INSTANT), **days))
    assert [c.rows_set_aside for c in outcome.counts] == [2_000]
    strangers = [f for f in outcome.findings if f.rule == "unknown_member"]
    assert len(strangers) == 201
    assert "800個" in strangers[-1].message
    assert "1,600件" in strangers[-1].message
    broken = [f for f in outcome.findings if f.rule == "broken_day_file"]
    assert len(broken) == 201
    assert "100件" in broken[-1].message


def test_without_a_mapping_the_columns_are_named_and_nothing_lands(tmp_path: Path) -> None:
    outcome = conform(KINDS["logochat"][0](tmp_path))
    (finding,) = outcome.findings
    assert (outcome.status, finding.rule, outcome.tables, outcome.counts) == (
        "refused",
        "unknown_chat_export",
        {},
        [],
    )
    assert "送信者メール" in finding.message
    assert "チャット対応表" in finding.suggestion


@pytest.mark.parametrize("encoding", ["euc_jp", "iso2022_jp", "utf-16-le"])
def test_an_encoding_that_nobody_can_tell_is_read_when_the_mapping_names_it(
    tmp_path: Path, encoding: str
) -> None:
    from dataclasses import replace

    path = _bytes(tmp_path / "a.csv", as_csv([HEADINGS, line(1)], encoding))
    assert conform(path, LOGO).status == "refused"
    outcome = conform(path, replace(LOGO, encoding=encoding))
    assert [t.column("channel").to_pylist() for t in outcome.tables.values()] == [["よろず相談"]]


@pytest.mark.parametrize(
    ("more", "rule"),
    [({"encoding": "ebcdic?"}, "unknown_encoding"), ({"time_zone": "月"}, "unknown_time_zone")],
)
def test_a_mistake_in_the_mapping_is_said_to_be_one(tmp_path: Path, more: dict[str, str], rule: str) -> None:
    from dataclasses import replace

    outcome = conform(KINDS["logochat"][0](tmp_path), replace(LOGO, **more))
    (finding,) = outcome.findings
    assert (outcome.status, finding.rule) == ("refused", rule)
    assert "チャット対応表" in finding.message


def test_sheets_that_are_hidden_or_hold_no_posts_are_said(tmp_path: Path) -> None:
    from openpyxl import Workbook

    workbook = Workbook()
    for name, state in (("ログ", "visible"), ("説明", "visible"), ("古い", "hidden")):
        sheet = workbook.create_sheet(name)
        sheet.sheet_state = state
        for row in [("メモ", "x")] if name == "説明" else [HEADINGS, line(1)]:
            sheet.append(row)
    workbook.save(tmp_path / "a.xlsx")
    outcome = conform(tmp_path / "a.xlsx", LOGO)
    assert [c.rows_landed for c in outcome.counts] == [1]
    assert {f.sheet for f in outcome.findings if f.rule == "sheet_not_read"} == {"説明", "古い"}


def test_logs_zipped_together_are_read_together(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for month in ("5", "6"):
            archive.writestr(
                f"{month}月.csv", as_csv([LINE_WORKS_HEADINGS, talk(f"2026-0{month}-01 08:30:00")])
            )
        archive.writestr("7月.csv", as_csv([LINE_WORKS_HEADINGS, talk(), ["downloadLogs error"]]))
    outcome = conform(tmp_path / "a.zip")
    assert [c.rows_landed for c in outcome.counts] == [2]
    assert [(f.rule, f.sheet) for f in outcome.findings if f.severity == "error"] == [
        ("incomplete_download", "7月.csv")
    ]


@pytest.mark.parametrize(
    "data",
    [b"", b"%PDF-1.7", b"<html>", b"{", b'{"a": 1}', b"\x1f\x8b", b"PK\x03\x04", b"a,b\n1,2\n", b"\x00\x01"],
)
def test_what_is_no_chat_export_is_refused_with_what_to_do(tmp_path: Path, data: bytes) -> None:
    outcome = conform(_bytes(tmp_path / "a.bin", data), LOGO)
    (finding,) = outcome.findings
    assert outcome.status == "refused"
    assert finding.expected
    assert finding.suggestion
    assert SECRET not in finding.message
