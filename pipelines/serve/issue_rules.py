"""When an edition may be issued: every refusal says what is missing, where, and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.errors import KyosoError
from pipelines.fiscal_year import date_label, label, short_label
from pipelines.quality.suite import open_candidate
from pipelines.quality.verdict import Verdict
from pipelines.serve.editions import INTACT, KINDS, Edition
from pipelines.serve.release import code_version

if TYPE_CHECKING:
    import duckdb

REFUSED = 3
PROVISIONAL, FINAL, SUPPLEMENT = KINDS


def refusal(what: str, where: Path | str, todo: str) -> KyosoError:
    """A refusal: nothing was issued."""
    return KyosoError(what, where=str(where), todo=todo, exit_code=REFUSED)


def check_intact(before: Edition) -> None:
    """What the new edition is compared with is what was issued.

    Raises:
        KyosoError: it was changed, or is gone.
    """
    if before.state != INTACT:
        raise refusal(
            f"前に発行した{before.name}のファイルが、発行したときと違います({before.state})。違いを示せないため、発行しません。",
            before.folder,
            f"控え(バックアップ)から issued/{before.edition_id} フォルダを戻してください。状態は kyoso releases で確かめられます。",
        )


def check_order(kind: str, as_of: date, before: Sequence[Edition]) -> None:
    """暫定, 確定, 追補, in this order, and never from an older day than the last.

    Args:
        kind: what is to be issued.
        as_of: the release's day.
        before: the editions of the fiscal year, oldest first.

    Raises:
        KyosoError: the order does not allow it.
    """
    if not before:
        if kind == SUPPLEMENT:
            raise refusal(
                "追補版は確定版を補うものですが、この年度の確定版がまだ発行されていません。",
                "発行した版: なし",
                "先に確定版を発行してください。例: kyoso issue --edition 確定",
            )
        return
    last = before[-1]
    if KINDS.index(kind) < KINDS.index(last.kind):
        raise refusal(
            f"{last.name}を発行した後に、{kind}版は発行できません(暫定 → 確定 → 追補の順です)。",
            last.folder,
            f"直したいときは、{last.kind}版をもう一度発行してください。次の号になります。例: kyoso issue --edition {last.kind}",
        )
    if kind == SUPPLEMENT and all(edition.kind == PROVISIONAL for edition in before):
        raise refusal(
            "追補版は確定版を補うものですが、この年度の確定版がまだ発行されていません。",
            f"最後に発行した版: {last.name}",
            "先に確定版を発行してください。例: kyoso issue --edition 確定",
        )
    if as_of < last.as_of:
        raise refusal(
            f"公開版の基準日({date_label(as_of)})が、前に発行した{last.name}の基準日({date_label(last.as_of)})より前です。",
            last.folder,
            "kyoso nightly を実行して新しい公開版を作るか、kyoso releases で今の公開版を確かめてください。",
        )


def check_release(folder: Path, manifest: dict[str, Any], kind: str, today: date) -> None:
    """The release is what was judged, by this very program, and has what the kind of edition needs.

    Raises:
        KyosoError: it has not.
    """
    as_of, year = date.fromisoformat(manifest["as_of"]), int(manifest["fiscal_year"])
    if manifest["code_version"] != code_version():
        raise refusal(
            f"公開版を作ったプログラム({manifest['code_version']})と、今のプログラム({code_version()})が違うため、同じ数字の報告書を作れるとは限りません。",
            folder,
            f"同じ基準日で公開し直してから発行してください。例: kyoso nightly --fiscal-year {short_label(year)} --as-of {as_of}",
        )
    if not manifest["is_sample"] and as_of > today:
        raise refusal(
            f"公開版の基準日({date_label(as_of)})がまだ来ていません。受領していない資料があるはずです。",
            folder,
            f"今日までの基準日で公開し直してください。例: kyoso nightly --as-of {today}",
        )
    verdict = Verdict.read(folder / "verdict.json")
    if not verdict.is_open:
        raise refusal(
            "公開前の検査に合格していない版は発行できません。",
            folder / "verdict.json",
            "夜間レポートの「公開前の検査」を見て資料を直し、kyoso nightly を実行してください。",
        )
    with open_candidate(folder / "warehouse.duckdb", folder / "control") as con:
        if uncovered := verdict.covers(con):
            raise refusal(
                f"公開版の表が、検査に合格したときの行と違います: {'、'.join(uncovered[:5])}",
                folder / "warehouse.duckdb",
                "公開版が書き換えられています。kyoso nightly を実行するか、kyoso releases restore で別の版に戻してください。",
            )
        if kind == FINAL:
            _check_accounts(con, folder, as_of, year)
        elif kind == SUPPLEMENT:
            _check_later_survey(con, folder, as_of, year)


def _check_accounts(con: duckdb.DuckDBPyConnection, folder: Path, as_of: date, year: int) -> None:
    closing = date(year + 1, 5, 31)
    if as_of <= closing:
        raise refusal(
            f"確定版は、{label(year)}の出納を閉じる{date_label(closing)}より後の基準日で発行します。この公開版の基準日は{date_label(as_of)}です。",
            folder,
            f"6月1日以後に公開し直してから発行してください。例: kyoso nightly --fiscal-year {short_label(year)} --as-of {year + 1}-06-30",
        )
    rows = con.execute(
        "select distinct item, actual_jpy is null from mart_programme_cost where fiscal_year = ? order by 1",
        [year],
    ).fetchall()
    open_items = [item for item, is_open in rows if is_open]
    if not rows or open_items:
        missing = f"決算額のない費目: {'、'.join(open_items[:5])}" if rows else "費用の行がありません"
        raise refusal(
            f"{label(year)}の決算額がそろっていません({missing})。確定版には決算額が要ります。",
            "事業台帳(register)の事業費",
            f"決算額を記入した事業費の様式を raw/{short_label(year)}/register/受領日/ に置いて、kyoso nightly を実行してください。"
            f"例: raw/{short_label(year)}/register/{year + 1}-06-11/事業台帳_事業費_{short_label(year)}_決算.xlsx",
        )


def _check_later_survey(con: duckdb.DuckDBPyConnection, folder: Path, as_of: date, year: int) -> None:
    row = con.execute(
        "select count(*) from fct_survey_answer where fiscal_year = ? and wave = 'six_months_after'", [year]
    ).fetchone()
    if row == (0,):
        raise refusal(
            f"{label(year)}の派遣が終わって6か月後のアンケートが、基準日({date_label(as_of)})までに届いていません。追補版にはその回答が要ります。",
            "アンケート(survey)の6か月後の回",
            f"回答のファイルを raw/{short_label(year + 1)}/survey/受領日/ に置いて、kyoso nightly を実行してください。"
            f"例: raw/{short_label(year + 1)}/survey/{year + 1}-08-27/アンケート_6か月後.csv",
        )
