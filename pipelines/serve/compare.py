"""Any two releases or editions side by side: the figures that differ, and the files behind them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.errors import KyosoError
from pipelines.model.kpi_change import changes
from pipelines.model.previous import Basis
from pipelines.serve.editions import editions
from pipelines.serve.release import releases
from pipelines.settings import Settings

CURRENT = "現在"


@dataclass(frozen=True)
class Compared:
    """The names of the two as people know them, and rows as in `mart_kpi_change`."""

    before: str
    after: str
    rows: list[dict[str, Any]]


def compare(settings: Settings, before: str, after: str = CURRENT) -> Compared:
    """Compare two releases or editions by their ids, or by the first letters that only one has.

    Raises:
        KyosoError: there is no such release (exit code 2), or the two cannot be compared.
    """
    known = _known(settings)
    (one, name), (other, other_name) = (_found(known, text) for text in (before, after))
    return Compared(name, other_name, changes(Basis(name, one), other))


def _known(settings: Settings) -> dict[str, tuple[Path, str]]:
    known: dict[str, tuple[Path, str]] = {}
    for release in releases(settings):
        place = (release.folder, f"公開版 {release.release_id}(基準日 {release.manifest['as_of']})")
        known[release.release_id] = place
        if release.is_current:
            known[CURRENT] = place
    for edition in editions(settings):
        known[edition.edition_id] = (edition.folder, f"{edition.name}(基準日 {edition.as_of})")
    return known


def _found(known: dict[str, tuple[Path, str]], text: str) -> tuple[Path, str]:
    if text in known:
        return known[text]
    fitting = [name for name in known if text and name.startswith(text)]
    if len(fitting) == 1:
        return known[fitting[0]]
    what = (
        f"版「{text}」はありません。"
        if not fitting
        else f"版「{text}」は{len(fitting)}つあります: {'、'.join(fitting)}"
    )
    raise KyosoError(
        what,
        todo="kyoso releases で番号を確かめてください。例: kyoso releases diff R8-暫定-01 現在",
        exit_code=2,
    )
