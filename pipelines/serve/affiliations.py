"""What the register says of a post's author, taken from the release that readers see, to be kept beside the post."""

from __future__ import annotations

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
        KyosoError: no release with this file under this key tells whose the posts are.
    """
    import pyarrow as pa

    if name != MESSAGES or not rows.num_rows:
        return rows
    known = _released(settings, receipt)
    found = [known.get(key, _NOBODY) for key in rows.column("message_key").to_pylist()]
    for position, field in enumerate(KEPT):
        index = rows.schema.get_field_index(field)
        kind = rows.schema.field(index)
        rows = rows.set_column(index, kind, pa.array([row[position] for row in found], kind.type))
    return rows


def _released(settings: Settings, receipt: Receipt) -> dict[str, tuple[str | None, ...]]:
    import duckdb

    release = next((r for r in releases(settings) if r.is_current), None)
    if release is None or release.manifest.get("key_id") != pseudonym_key(settings).key_id:
        raise _not_released(receipt)
    files = quoted(release.folder / "control" / "files.parquet")
    with duckdb.connect(str(release.folder / "warehouse.duckdb"), read_only=True) as con:
        asked = f"select 1 from read_parquet('{files}') where file_id = ?"
        if not con.execute(asked, [receipt.file_id]).fetchone():
            raise _not_released(receipt)
        rows: list[tuple[Any, ...]] = con.execute(_RULE).fetchall()
    return {key: tuple(values) for key, *values in rows}


def _not_released(receipt: Receipt) -> KyosoError:
    return KyosoError(
        "投稿者の所属が分かる公開版がないため、原本を置き換えませんでした。",
        where=receipt.path,
        todo="今の鍵で kyoso nightly を実行して公開してから、もう一度実行してください。",
    )
