"""The schemas of the models in the metastore, empty before every build, their tables in the home."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlparse

from pipelines.errors import KyosoError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def empty_schemas(spark: SparkSession, names: Iterable[str], tables: Path) -> None:
    """Make the schemas anew: what an interrupted build left, and tables of models that are gone, go with the old ones.

    Args:
        spark: the session.
        names: of the schemas.
        tables: the folder in the home; a schema's tables lie in `<name>.db/<table>`, as Hive names them.

    Raises:
        KyosoError: a schema of that name holds somebody else's tables.
    """
    wanted = sorted(names)
    own = {name: tables / f"{name}.db" for name in wanted}
    there = [name for name in wanted if spark.catalog.databaseExists(name)]
    # First look at all, then touch the first.
    for name in there:
        _refuse_others(name, spark.catalog.getDatabase(name).locationUri, own[name])
    for name in there:
        spark.sql(f"drop schema {name} cascade")
    # As closed as the landed rows they are made from.
    tables.mkdir(parents=True, exist_ok=True)
    tables.chmod(0o700)
    for name in wanted:
        # Files of a table that the metastore never heard of, because the build was killed while writing it.
        shutil.rmtree(own[name], ignore_errors=True)
        location = str(own[name]).replace("\\", "\\\\").replace("'", "\\'")
        spark.sql(f"create schema {name} location '{location}'")


def _refuse_others(name: str, location: str, own: Path) -> None:
    place = Path(unquote(urlparse(location).path))
    if place != own:
        raise KyosoError(
            f"Sparkのメタストアに、この保管場所のものではないスキーマ「{name}」があります。中の表を消さないよう、止めました。",
            where=f"{location}(この保管場所のものなら {own})",
            todo="メタストアは保管場所ごとに分けてください。保管場所を移したときは、移す前のスキーマを消してください。"
            f"例: spark-sql -e 'drop schema {name} cascade'",
        )
