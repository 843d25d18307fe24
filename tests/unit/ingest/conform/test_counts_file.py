"""The file of counts. What it changes in a row is lost for ever: the original is deleted because it exists."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.ingest.conform import counts_file
from pipelines.ingest.conform.counts_file import (
    KEPT,
    LATER_FIELDS,
    OLD_PSEUDONYMS,
    read_counts,
    tables_of,
    without_kept,
    write_counts,
)
from pipelines.ingest.conform.file import conform_file
from pipelines.ingest.conform.outcome import FileJob, FileOutcome, SheetCount
from pipelines.ingest.contracts import all_datasets
from pipelines.ingest.findings import Place
from pipelines.ingest.pseudonyms import PseudonymKey, sample_key

MESSAGES = "chat_activity__messages"
SCHEMA = all_datasets()[MESSAGES].arrow_schema
FILE_ID = "f" * 64
ATTESTED = {
    "source": "chat_activity",
    "key_id": sample_key().key_id,
    "contract_version": "1.0.0",
    "replaced_at": "2028-04-01T02:00:00+09:00",
}
# Everything that can stand in a cell, and what plain files of values are known to confuse.
TEXT = st.one_of(
    st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00"), max_size=12),
    st.sampled_from(
        ["", " ", "null", "NA", "true", '"', '""', ",", "\n", "\r\n", "a\nb", "=1+1", "0123", "ー"]
    ),
)
INSTANT = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1))
ROW = st.fixed_dictionaries(
    {
        "channel": TEXT,
        "message_key": TEXT,
        "thread_key": st.none() | TEXT,
        "member": TEXT,
        "posted_at": INSTANT,
        "is_reply": st.booleans(),
        "_sheet": TEXT,
        "_row": st.integers(1, 2**53),
    }
)


def outcome_of(rows: list[dict[str, Any]]) -> FileOutcome:
    table = pa.Table.from_pylist(rows, schema=SCHEMA)
    found = FileOutcome(FILE_ID, "chat_activity", versions="messages:slack", tables={MESSAGES: table})
    found.submissions.add((MESSAGES, FILE_ID))
    found.counts.append(SheetCount(MESSAGES, "", len(rows) + 1, len(rows), 1))
    found.findings.append(Place(FILE_ID, "chat_activity", MESSAGES).finding("error", "rule", "「何か」が1件"))
    return found


def job_of(path: Path, key: PseudonymKey | None = None) -> FileJob:
    return FileJob(FILE_ID, "chat_activity", path, "書き出し.zip", key or sample_key(), is_counts=True)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(ROW, max_size=6))
def test_whatever_stands_in_the_rows_comes_back(tmp_path: Path, rows: list[dict[str, Any]]) -> None:
    outcome = outcome_of(rows)
    write_counts(tmp_path / "counts", outcome, ATTESTED)
    again = read_counts(job_of(tmp_path / "counts"))
    assert again.tables[MESSAGES].equals(outcome.tables[MESSAGES])
    for part in ("status", "versions", "submissions", "held", "counts", "bindings", "findings"):
        assert getattr(again, part) == getattr(outcome, part)


def kept_rows() -> list[dict[str, Any]]:
    row = {
        "channel": "c",
        "message_key": "k",
        "member": "p1",
        "posted_at": datetime(2026, 4, 1),
        "is_reply": False,
    }
    return [
        row | dict(zip(KEPT, ("municipality", "302023", "line_section"), strict=True)),
        row | {"message_key": "l"},
    ]


def test_what_is_kept_beside_a_post_speaks_only_under_a_later_key(tmp_path: Path) -> None:
    outcome = outcome_of(kept_rows())
    write_counts(tmp_path / "counts", outcome, ATTESTED)
    same = conform_file(job_of(tmp_path / "counts"))
    assert same.tables[MESSAGES].equals(without_kept(outcome.tables[MESSAGES]))
    assert [f.rule for f in same.findings] == ["rule"]
    later = conform_file(job_of(tmp_path / "counts", PseudonymKey(b"another key of some length")))
    assert later.tables[MESSAGES].equals(outcome.tables[MESSAGES])
    assert [f.rule for f in later.findings] == ["rule", OLD_PSEUDONYMS]


def test_fields_that_a_later_contract_added_are_empty_and_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_counts(tmp_path / "counts", outcome_of(kept_rows()), ATTESTED)
    dataset = all_datasets()[MESSAGES]
    newer = replace(dataset.field("channel"), name="reaction_count", label="リアクション数", parser="integer")
    # One field more, and one field less.
    fields = (*[f for f in dataset.fields if f.name != "thread_key"], newer)
    monkeypatch.setattr(counts_file, "all_datasets", lambda: {MESSAGES: replace(dataset, fields=fields)})
    again = read_counts(job_of(tmp_path / "counts"))
    assert again.tables[MESSAGES].column("reaction_count").null_count == 2
    assert "thread_key" not in again.tables[MESSAGES].schema.names
    (finding,) = [f for f in again.findings if f.rule == LATER_FIELDS]
    assert "リアクション数" in finding.message
    assert "スレッド" not in finding.message


@pytest.mark.parametrize("spoiled", [b"", b"no zip", b"PK\x05\x06" + bytes(18)])
def test_what_is_no_file_of_counts_is_refused_in_words(tmp_path: Path, spoiled: bytes) -> None:
    (tmp_path / "counts").write_bytes(spoiled)
    outcome = conform_file(job_of(tmp_path / "counts"))
    assert (outcome.status, [f.rule for f in outcome.findings]) == ("refused", ["unreadable_counts"])


def test_a_dataset_that_no_contract_knows_any_more_is_refused_in_words(tmp_path: Path) -> None:
    write_counts(tmp_path / "counts", outcome_of([]), ATTESTED)
    with zipfile.ZipFile(tmp_path / "counts", "a") as archive:
        archive.writestr("chat_activity__forgotten.csv", '"a"\n')
    assert conform_file(job_of(tmp_path / "counts")).status == "refused"


def test_rows_of_any_source_can_be_kept(tmp_path: Path) -> None:
    """Forms land as Python rows; decimals, dates and marks come back as they were."""
    dataset = all_datasets()["policy__parameters"]
    rows = [{"name": "a", "value": Decimal("1.5"), "valid_from": datetime(2026, 4, 1).date(), "_row": 2}]
    outcome = FileOutcome(FILE_ID, "policy", rows={dataset.name: rows})
    write_counts(tmp_path / "counts", outcome, ATTESTED | {"source": "policy"})
    again = read_counts(replace(job_of(tmp_path / "counts"), source="policy"))
    assert again.tables[dataset.name].equals(tables_of(outcome)[dataset.name])
