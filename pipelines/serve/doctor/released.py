"""Releases against their hashes and verdicts, the links that lead to them, and issued editions."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from pipelines.fiscal_year import short_label
from pipelines.quality.suite import open_candidate
from pipelines.quality.verdict import Verdict
from pipelines.serve.doctor.trouble import Progress, Trouble
from pipelines.serve.editions import INTACT, editions, ledger_of, unrecorded
from pipelines.serve.going_back import leave_withdrawn, published_ns, withdrawals
from pipelines.serve.release import Release, current_id, releases, switch
from pipelines.serve.sums import damage
from pipelines.settings import Settings


def published(settings: Settings, progress: Progress) -> Iterator[Trouble]:
    """Every release has the files that were published and the rows that were judged."""
    found = releases(settings)
    for folder in sorted(set(settings.releases.glob("*")) - {release.folder for release in found}):
        yield Trouble(
            "公開版の目録(manifest.json)を読めません。",
            str(folder),
            "このフォルダは使えません。別の場所へ移してください。必要な版は kyoso nightly --as-of で作り直せます。",
        )
    for done, release in enumerate(found, start=1):
        progress("公開版", done, len(found))
        if problem := _problem(release):
            year = short_label(int(release.manifest["fiscal_year"]))
            yield Trouble(
                f"公開版 {release.release_id}{'(いま読まれている版)' if release.is_current else ''}が、公開したときと違います: {problem}",
                str(release.folder),
                f"kyoso nightly --as-of {release.manifest['as_of']} --fiscal-year {year} で作り直せます(プログラムが同じとき)。"
                + (
                    "急ぐときは kyoso releases restore で別の版に戻してください。"
                    if release.is_current
                    else ""
                ),
            )


def _problem(release: Release) -> str:
    import duckdb

    if names := damage(release.folder):
        return f"{'、'.join(names[:5])}{f' ほか{len(names) - 5}件' if len(names) > 5 else ''}"
    try:
        verdict = Verdict.read(release.folder / "verdict.json")
        with open_candidate(release.folder / "warehouse.duckdb", release.folder / "control") as con:
            uncovered = verdict.covers(con)
    except (OSError, ValueError, KeyError, TypeError, duckdb.Error) as error:
        return f"読めません({str(error).splitlines()[0][:80]})"
    return f"検査したときと行が違う表: {'、'.join(uncovered[:5])}" if uncovered else ""


def links(settings: Settings, progress: Progress) -> Iterator[Trouble]:
    """`current` leads to a release that was not withdrawn, and `warehouse.duckdb` through it."""
    gone = withdrawals(settings)
    if (now := current_id(settings)) in gone:
        yield Trouble(
            f"取り消された公開版 {now} が、まだ読まれています(取消しが途中で止まりました)。",
            str(settings.current),
            "--repair か、次の kyoso nightly が切り替えます。",
            partial(leave_withdrawn, settings),
        )
        return
    left = [r for r in releases(settings) if r.release_id not in gone and not damage(r.folder)]
    is_lost = now is None and (settings.current.is_symlink() or bool(left))
    is_broken = now is not None and not _leads_to(settings.warehouse, settings.current / "warehouse.duckdb")
    if is_lost or is_broken:
        target = now or (max(left, key=published_ns).release_id if left else None)
        yield Trouble(
            "公開版への道(current、warehouse.duckdb)が、公開版につながっていません。",
            str(settings.current if is_lost else settings.warehouse),
            f"--repair で {target} につなぎ直せます。" if target else "kyoso nightly を実行してください。",
            partial(_link_again, settings, target) if target else None,
        )


def _leads_to(link: Path, target: Path) -> bool:
    return link.is_symlink() and link.exists() and target.exists() and link.samefile(target)


def _link_again(settings: Settings, identity: str) -> None:
    if settings.warehouse.is_symlink():
        settings.warehouse.unlink()
    switch(settings, identity)


def issued(settings: Settings, progress: Progress) -> Iterator[Trouble]:
    """Every issued edition has the bytes that were issued, and the ledger names every one."""
    found = editions(settings)
    for done, edition in enumerate(found, start=1):
        progress("発行した版", done, len(found))
        if (state := edition.state) != INTACT:
            yield Trouble(
                f"発行した{edition.name}のファイルが、発行したときと違います({state})。",
                str(edition.folder),
                f"控え(バックアップ)から issued/{edition.edition_id} フォルダを戻してください。",
            )
    for edition in unrecorded(settings, ledger_of(settings)):
        yield Trouble(
            f"{edition.edition_id} が発行台帳にありません(発行が途中で止まったか、台帳の行が失われました)。",
            str(edition.folder),
            "次の kyoso issue が、確かめたうえで台帳に記します。",
        )
