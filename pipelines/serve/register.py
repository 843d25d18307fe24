"""The municipalities that a release knows, for commands that read names without reading files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.ingest.municipalities import Municipality, use_municipalities

if TYPE_CHECKING:
    import duckdb

_REGISTER = """
select municipality_code, prefecture_name, name, kana, district, long_name, bureau, bureau_status, population,
       tile_column, tile_row
from dim_municipality order by sort_order
"""


def use_released_municipalities(con: duckdb.DuckDBPyConnection) -> None:
    """Let this process read municipalities as the release does.

    Args:
        con: the release. One from before registers could be sent has no prefectures: it holds the default's.
    """
    columns = {
        name for (name,) in con.execute("select column_name from (describe dim_municipality)").fetchall()
    }
    rows = con.execute(_REGISTER).fetchall() if "prefecture_name" in columns else []
    use_municipalities(Municipality(*row) for row in rows)
