"""What the register says of a post's author, taken from the release that readers see, to be kept beside the post."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.errors import KyosoError
from pipelines.ingest.conform.counts_file import KEPT
from pipelines.ingest.landing import pseudonym_key
from pipelines.ingest.ledger import Receipt
from pipelines.model.rows import quoted
from pipelines.serve.release import releases
from pipelines.settings import Settings

if TYPE_CHECKING:
    import pyarrow as pa

MESSAGES = "chat_activity__messages"
_NOBODY = ("unknown", None, None)
_RULE = f"select message_key, {', '.join(KEPT.values())} from intermediate.int_chat__messages"


def with_affiliations(settings: Settings, receipt: Receipt, name: str, rows: pa.Table) -> pa.Table:
    """The rows of a dataset, posts with the affiliation of each author as last released.

    The rule that finds it stands in one place, `int_chat__messages`, and has been judged.

    Raises:
        KyosoError: there is no such release.
    """
    import duckdb
    import pyarrow as pa

    if name != MESSAGES or not rows.num_rows:
        return rows
    with duckdb.connect(str(release_of(settings, receipt) / "warehouse.duckdb"), read_only=True) as con:
        known: dict[str, tuple[Any, ...]] = {
            key: tuple(found) for key, *found in con.execute(_RULE).fetchall()
        }
    found = [known.get(key, _NOBODY) for key in rows.column("message_key").to_pylist()]
    for position, field in enumerate(KEPT):
        index = rows.schema.get_field_index(field)
        kind = rows.schema.field(index)
        rows = rows.set_column(index, kind, pa.array([row[position] for row in found], kind.type))
    return rows


def release_of(settings: Settings, receipt: Receipt) -> Path:
    """The folder of the release that readers see, which was made under today's key and has this file.

    Raises:
        KyosoError: there is none.
    """
    import duckdb

    release = next((r for r in releases(settings) if r.is_current), None)
    if release and release.manifest.get("key_id") == pseudonym_key(settings).key_id:
        files = quoted(release.folder / "control" / "files.parquet")
        asked = f"select 1 from read_parquet('{files}') where file_id = ?"
        with duckdb.connect() as con:
            if con.execute(asked, [receipt.file_id]).fetchone():
                return release.folder
    raise KyosoError(
        "この原本を取り込んだ、今の鍵の公開版がないため、置き換えませんでした。",
        where=receipt.path,
        todo="kyoso nightly を実行して公開してから、もう一度実行してください。",
    )
