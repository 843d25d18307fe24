"""A small house with old chat exports, and the release that tells whose their posts are."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from pipelines.ingest.archive import Archive
from pipelines.ingest.landing import pseudonym_key
from pipelines.serve.release import switch
from pipelines.settings import Settings
from tests.unit.ingest.read.chat_files import MAIL, NAME, SECRET, post, write_slack
from tests.unit.ingest.received import House

# Received in 令和元年度: kept until the end of 令和2年度.
EXPORT = "R1/chat_activity/2020-03-10/Slack書き出し_201910-202003.zip"
LAST_DAY, DUE = date(2021, 3, 31), date(2021, 4, 1)
SECRETS = {SECRET, MAIL, NAME}


def chat(house: House, path: str = EXPORT, *posts: dict[str, Any]) -> Path:
    """Put a Slack export with messages, names and addresses into `raw`."""
    target = house.put(path, b"")
    return write_slack(target, *(posts or (post("U1", "1583800000.000100"), post("U2", "1583800060.000200"))))


def released(settings: Settings) -> Path:
    """Publish a release that has these files, and whose posts belong to 海南市."""
    folder = settings.releases / "told"
    (folder / "control").mkdir(parents=True, exist_ok=True)
    archive = Archive(settings)
    with duckdb.connect() as con:
        con.execute("create table f (file_id varchar, path varchar)")
        con.executemany("insert into f values (?, ?)", [[r.file_id, r.path] for r in archive.ledger.receipts])
        con.table("f").write_parquet(str(folder / "control" / "files.parquet"))
    (folder / "warehouse.duckdb").unlink(missing_ok=True)
    with duckdb.connect(str(folder / "warehouse.duckdb")) as con:
        landed = settings.landed / "chat_activity__messages" / "*.parquet"
        con.execute("create schema intermediate; create schema staging")
        con.execute(
            "create table intermediate.int_chat__messages as select message_key, 'municipality' as affiliation_kind, "
            f"'302023' as municipality_code, 'line_section' as section_kind from read_parquet('{landed}', union_by_name=true)"
        )
        con.execute(
            "create table staging.stg_policy__parameters (name varchar, value double, valid_from date)"
        )
    body = {"release_id": "told", "as_of": "2026-11-20", "key_id": pseudonym_key(settings).key_id}
    (folder / "manifest.json").write_text(json.dumps(body), encoding="utf-8")
    switch(settings, "told")
    return folder


def secrets_below(folder: Path) -> set[tuple[str, str]]:
    """Secrets by the file they stand in, whatever is packed into it."""
    return {
        (path.relative_to(folder).as_posix(), secret)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink()
        for text in _texts(path)
        for secret in SECRETS
        if secret in text
    }


def _texts(path: Path) -> Iterator[str]:
    data = path.read_bytes()
    yield data.decode("utf-8", "replace")
    if zipfile.is_zipfile(io.BytesIO(data)):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                yield name
                text = archive.read(name).decode("utf-8", "replace")
                yield text
                # JSON writes Japanese as escapes as well.
                if name.endswith(".json"):
                    yield json.dumps(json.loads(text), ensure_ascii=False)
    if path.suffix == ".parquet":
        yield str(duckdb.read_parquet(str(path)).fetchall())
