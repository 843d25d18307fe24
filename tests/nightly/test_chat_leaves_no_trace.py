"""Nothing of a chat but counts leaves the archive: no message, no name, no address in anything a night makes."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from pypdf import PdfReader

from tests.conftest import SAMPLE

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
        case _:
            yield path.read_bytes().decode("utf-8", errors="replace")


def found_in(home: Path, secrets: set[str]) -> tuple[set[tuple[str, str]], set[str]]:
    """Secrets by the file they stand in, and the kinds of file that were looked at; the archive is left out."""
    found, kinds = set(), set()
    with duckdb.connect() as con:
        for path in sorted(home.rglob("*")):
            place = path.relative_to(home)
            if not path.is_file() or path.is_symlink() or place.parts[0] == "archive":
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
