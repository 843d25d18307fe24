"""Nothing of a chat but counts leaves the archive: no message, no name, no address in anything a night makes.

Nor does any stay in the archive once the retention of the originals has ended, and the figures are the same.
"""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from pypdf import PdfReader

from pipelines.ingest.archive import Archive
from pipelines.serve import replacing
from pipelines.serve.key import rotate
from pipelines.serve.replacing import apply
from pipelines.serve.retention import originals
from pipelines.settings import SAMPLE_MARKER, Settings
from tests.conftest import AS_OF, SAMPLE, run_night
from tests.nightly.test_same_again import assert_same_release

pytestmark = pytest.mark.slow
SHORTEST = 6


def secrets_of(export: Path) -> Iterator[str]:
    """Messages, names, addresses and account numbers in an export."""
    with zipfile.ZipFile(export) as archive:
        for name in archive.namelist():
            content = json.loads(archive.read(name)) if name.endswith(".json") else []
            for item in content:
                if name.endswith("users.json"):
                    yield from (item["id"], *(item["profile"].get(key, "") for key in ("email", "real_name")))
                elif "/" in name:
                    yield item.get("text", "")


def texts_of(path: Path, con: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """Everything that can be read out of a file, whatever is packed into it."""
    yield str(path)
    match path.suffix:
        case ".parquet":
            yield from (str(row) for row in con.execute("from read_parquet(?)", [str(path)]).fetchall())
        case ".duckdb":
            con.execute(f"attach '{path}' as looked_at (read_only)")
            tables = con.execute(
                "select schema_name, table_name from duckdb_tables() where database_name = 'looked_at'"
            ).fetchall()
            for schema, table in tables:
                yield from map(str, con.execute(f'from looked_at."{schema}"."{table}"').fetchall())
            con.execute("detach looked_at")
        case ".xlsx" | ".docx" | ".zip":
            with zipfile.ZipFile(path) as archive:
                for name in archive.namelist():
                    yield name
                    yield archive.read(name).decode("utf-8", errors="replace")
        case ".pdf":
            yield from (page.extract_text() for page in PdfReader(path).pages)
        case _ if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                for name in archive.namelist():
                    yield archive.read(name).decode("utf-8", errors="replace")
        case _:
            yield path.read_bytes().decode("utf-8", errors="replace")


def found_in(
    home: Path, secrets: set[str], *, with_archive: bool = False
) -> tuple[set[tuple[str, str]], set[str]]:
    """Secrets by the file they stand in, and the kinds of file that were looked at."""
    found, kinds = set(), set()
    with duckdb.connect() as con:
        for path in sorted(home.rglob("*")):
            place = path.relative_to(home)
            if not path.is_file() or path.is_symlink() or (place.parts[0] == "archive" and not with_archive):
                continue
            # A municipality's own karte has nothing that the file with all of them has not.
            if path.suffix == ".pdf" and path.parent.name == "karte":
                continue
            kinds.add(path.suffix)
            for text in texts_of(path, con):
                found |= {(str(place), secret) for secret in secrets if secret in text}
    return found, kinds


def test_no_message_name_or_address_of_a_chat_stands_anywhere_outside_the_archive(sample_home: Path) -> None:
    exports = sorted(SAMPLE.rglob("chat_activity/*/*.zip"))
    secrets = {text for export in exports for text in secrets_of(export) if len(text) >= SHORTEST}
    # The account number that findings give as an example happens to be somebody's.
    secrets -= {"U0000001"}
    assert len(secrets) > 100
    found, kinds = found_in(sample_home, secrets)
    assert found == set()
    # Dagster's storage and logs included.
    assert {".parquet", ".duckdb", ".xlsx", ".docx", ".pdf", ".html", ".json", ".db"} <= kinds


def test_after_their_retention_the_archive_holds_no_message_and_gives_the_same_release(
    sample_home: Path, home: Path, tmp_path: Path
) -> None:
    """From archive and ledger alone: no received files, nothing landed, no release to look at."""
    settings = Settings(SAMPLE, home, 2026, AS_OF)
    due = [o for o in originals(settings) if o.receipt.received_date < date(2027, 4, 1)]
    secrets = {s for o in due for s in secrets_of(SAMPLE / o.receipt.path) if len(s) >= SHORTEST} - {
        "U0000001"
    }
    gone = apply(settings, "保存期間の満了", today=date(2028, 4, 1))
    assert [o.receipt.file_id for o in gone] == [o.receipt.file_id for o in due]
    assert len(gone) == 4
    new, raw = tmp_path / "新しい機械", tmp_path / "空の受領"
    new.mkdir()
    raw.mkdir()
    (raw / SAMPLE_MARKER).touch()
    shutil.copytree(home / "archive", new / "archive")
    ran = run_night(new, raw=raw)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert_same_release(new, sample_home)

    archive = Archive(settings)
    # Registers and visit logs hold addresses as long as they are kept themselves; one export is not due yet.
    others = {r.file_id for r in archive.ledger.receipts if r.source != "chat_activity"}
    others |= {o.receipt.file_id for o in originals(settings) if not o.replacement}
    found, _ = found_in(new, secrets, with_archive=True)
    assert {(place, secret) for place, secret in found if Path(place).name not in others} == set()
    assert found, "the search can see into the archive"


def test_a_key_renewed_beyond_retention_moves_no_figure_counts_no_post_twice_and_the_report_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One of two exports that share September is counts only, under the old key."""
    raw, home, key = tmp_path / "raw", tmp_path / "home", tmp_path / "key"
    shutil.copytree(SAMPLE, raw, ignore=shutil.ignore_patterns(SAMPLE_MARKER))
    settings = Settings(raw, home, 2026, AS_OF, key)

    def night() -> dict[str, Any]:
        ran = run_night(home, raw=raw, KYOSO_KEY_FILE=str(key))
        assert ran.returncode == 0, ran.stdout + ran.stderr
        with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as con:
            kpis = con.execute(_KPIS).fetchall()
            months = con.execute(_MONTHS).fetchall()
        return {"kpis": dict(kpis), "months": {row[0]: row[1:] for row in months}}

    before = night()
    shared = "R8/chat_activity/2026-10-07/Slack書き出し_202604-202609.zip"
    every = originals(settings)
    monkeypatch.setattr(replacing, "originals", lambda *_: [o for o in every if o.receipt.path == shared])
    assert len(apply(settings, "保存期間の満了", today=date(2028, 4, 1))) == 1
    (raw / shared).unlink()
    rotate(settings, "職員の異動")
    after = night()

    # The posts of September stand in the export that can still be read, and count there alone.
    assert after == before
    assert not any(row[-1] for row in after["months"].values())
    page = (home / "current" / "reports" / "annual_evaluation.html").read_text(encoding="utf-8")
    assert "人の仮名は以前の鍵のものです" in page
    assert "二つの鍵の記録がある月はない" in page


_KPIS = """
    select kpi_id || coalesce(municipality_code, ''), value from mart_kpi where kpi_id like 'K50%' order by all
"""
_MONTHS = """
    select month, cast(count(*) filter (where message_count > 0) as bigint), sum(message_count), sum(reply_count),
        sum(active_member_count), bool_or(has_two_keys)
    from mart_community where fiscal_year >= 2025 group by month order by month
"""


def test_the_search_sees_a_secret_in_every_kind_of_file(tmp_path: Path) -> None:
    secret = "当方の例を共有します。"
    with duckdb.connect(tmp_path / "a.duckdb") as con:
        con.execute("create table t as select ? as x", [secret])
        con.execute(f"copy t to '{tmp_path / 'b.parquet'}'")
    with zipfile.ZipFile(tmp_path / "c.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", secret)
    (tmp_path / "d.log").write_text(secret, encoding="utf-8")
    (tmp_path / "archive").mkdir()
    (tmp_path / "archive" / "e").write_text(secret, encoding="utf-8")
    found, _ = found_in(tmp_path, {secret})
    assert {name for name, _ in found} == {"a.duckdb", "b.parquet", "c.xlsx", "d.log"}
