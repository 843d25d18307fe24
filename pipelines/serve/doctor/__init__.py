"""The doctor: whether everything that the home promises still holds, and mending what can be made again.

What can be made again: landed rows, links, what a run that died left behind, and an archived file that still
lies in `raw`. Never touched: ledgers, other archived files, editions, releases.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from pipelines.errors import KyosoError
from pipelines.serve.doctor.installation import disk, folders, fonts, key, packages
from pipelines.serve.doctor.leftovers import clock, half_made
from pipelines.serve.doctor.received import archive, ledgers, retention
from pipelines.serve.doctor.released import issued, links, published
from pipelines.serve.doctor.segments import landed
from pipelines.serve.doctor.trouble import Progress, Trouble
from pipelines.settings import Settings

Check = Callable[[Settings, Progress], Iterator[Trouble]]
CHECKS: tuple[tuple[str, Check], ...] = (
    ("Pythonと部品", packages),
    ("書体", fonts),
    ("空き容量", disk),
    ("フォルダの権限", folders),
    ("時計", clock),
    ("仮名の鍵", key),
    ("台帳", ledgers),
    ("受領ファイルの控え", archive),
    ("原本の保存期間", retention),
    ("読み取った行", landed),
    ("公開版", published),
    ("公開版への道", links),
    ("発行した版", issued),
    ("作りかけ", half_made),
)

# What a backup holds as well as a home.
KEPT_FOR_EVER = tuple(c for c in CHECKS if c[1] in (ledgers, archive, issued))


@dataclass(frozen=True)
class Examined:
    """What one check found."""

    name: str
    troubles: tuple[Trouble, ...]


def examine(
    settings: Settings, progress: Progress, checks: Iterable[tuple[str, Check]] = CHECKS
) -> Iterator[Examined]:
    """Every check in turn; one that cannot be made is a trouble of its own."""
    for name, check in checks:
        troubles: list[Trouble] = []
        try:
            for trouble in check(settings, progress):
                troubles.append(trouble)
        except KyosoError as error:
            troubles.append(Trouble(error.what, error.where, error.todo))
        except OSError as error:
            troubles.append(
                Trouble(
                    f"調べられません({error.strerror or error})。",
                    str(error.filename or settings.home),
                    "権限とディスクの状態を確かめてください。",
                )
            )
        yield Examined(name, tuple(troubles))
