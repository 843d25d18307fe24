"""`kyoso whatif`: the decision and its costs under other policy values, stored nowhere."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.cli.options import Home, app, out, settings_of
from pipelines.cli.usage import Command

if TYPE_CHECKING:
    from pipelines.serve.whatif import Difference, Outcome

_VERDICTS = {"met": "満たす", "not_met": "満たさない", "undecided": "判定不能"}
_NONE = "－"


@app.command(cls=Command)
def whatif(
    changes: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="名前=値", help="変える値。何度でも書ける。例: --set O2.month_count=6"),
    ] = None,
    home: Home = None,
    csv: Annotated[bool, typer.Option("--csv", help="変わった費用の行をCSVで書き出す")] = False,
) -> None:
    """基準値・月数・単価・負担の割合などを変えたときの判定と費用を試算する。公開版は変わらず、何も保存しない。

    --set なしでは、変えられる値といまの値の一覧を示す。「空欄」と書くと空欄に戻す。
    終了コード: 0 計算した / 2 使い方の誤り(名前や値が使えないなど)
    """
    from pipelines.serve.whatif import list_levers, what_if

    settings = settings_of(home=home)
    if not changes:
        _print_levers(*list_levers(settings), is_csv=csv)
        return
    outcome = what_if(settings, changes)
    if csv:
        _print_cost_rows(outcome)
    else:
        _print_outcome(outcome)


def _print_levers(is_sample: bool, levers: Iterable[Any], *, is_csv: bool) -> None:
    from pipelines.cli.console import print_rows

    if is_sample and not is_csv:
        out.print("【架空データ】")
    rows = [(lever.name, lever.text, lever.unit, lever.label) for lever in levers]
    print_rows(out, ["名前", "いまの値", "単位", "意味"], rows, is_csv=is_csv)
    if not is_csv:
        out.print("例: kyoso whatif --set O2.month_count=6 --set D1.threshold=60", markup=False)


def _print_outcome(outcome: Outcome) -> None:
    if outcome.is_sample:
        out.print("【架空データ】")
    out.print(f"公開版 {outcome.release_id} の判断を、次の値に変えて計算しました。")
    for before, after in outcome.changes:
        out.print(f"  {before.name}({before.label}): {before.text} → {after.text} {after.unit}", markup=False)
    if not outcome.changes:
        out.print("  いまの値と同じで、変わるものはありません。")
    _print_decisions([d for d in outcome.decisions if d.is_change], len(outcome.decisions))
    _print_costs(outcome.costs)
    out.print(
        "どの案も推薦しません。費用はすべて試算です。公開版は変わらず、何も保存していません。"
        "\n判断に使う値を変えるには、設定のシートを raw/<年度>/policy/<受領日>/ に置いてください。",
        markup=False,
    )


def _print_decisions(changed: list[Difference], total: int) -> None:
    from pipelines.cli.console import print_rows

    out.print(f"\n判断基準: {total}件のうち、変わるものは{len(changed)}件です。")
    rows = []
    for item in changed:
        assert item.before is not None
        assert item.after is not None
        old, new = _VERDICTS[item.before["verdict"]], _VERDICTS[item.after["verdict"]]
        verdict = new if old == new else f"{old} → {new}"
        rows.append((item.key[0], verdict, item.after["reason_ja"], item.after["what_would_change_ja"]))
    if rows:
        print_rows(out, ["基準", "判定", "理由(変えた後)", "何が変われば変わるか"], rows)


def _print_costs(costs: Iterable[Difference]) -> None:
    from pipelines.cli.console import print_rows

    before, after = _totals(costs, "before"), _totals(costs, "after")
    keys = [k for k in sorted({*before, *after}) if before.get(k) != after.get(k)]
    out.print(f"\n費用と負担(円): {len({*before, *after})}通りのうち、変わるものは{len(keys)}通りです。")
    rows = [
        (*key, *(_arrow(before.get(key, _absent())[n], after.get(key, _absent())[n]) for n in range(4)))
        for key in keys
    ]
    if rows:
        print_rows(out, ["選択肢", "案", "計", "県", "市町村", "うち特別交付税措置見込"], rows)


def _absent() -> tuple[None, ...]:
    return (None,) * 4


def _totals(costs: Iterable[Difference], side: str) -> dict[tuple[str, str], tuple[int | None, ...]]:
    """Total, prefecture, municipalities and tax allocation by option and scenario; None where a part is unknown."""
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for item in costs:
        row = getattr(item, side)
        if row is not None:
            groups.setdefault((row["option_id"], row["scenario_id"]), []).append(row)
    return {
        key: (
            _sum(rows, "cost_jpy"),
            _sum([r for r in rows if r["payer"] == "prefecture"], "cost_jpy"),
            _sum([r for r in rows if r["payer"] == "municipality"], "cost_jpy"),
            _sum([r for r in rows if r["payer"] == "municipality"], "tax_allocation_jpy"),
        )
        for key, rows in groups.items()
    }


def _sum(rows: list[dict[str, Any]], column: str) -> int | None:
    values = [row[column] for row in rows]
    return None if None in values else sum(values)


def _arrow(before: int | None, after: int | None) -> str:
    return _yen(after) if before == after else f"{_yen(before)} → {_yen(after)}"


def _yen(value: int | None) -> str:
    return _NONE if value is None else f"{value:,}"


def _print_cost_rows(outcome: Outcome) -> None:
    from pipelines.cli.console import print_rows

    rows = [
        (
            *item.key,
            *(row[column] if row else None for row in (item.before, item.after) for column in ("cost_jpy", "tax_allocation_jpy")),
        )
        for item in outcome.costs
        if item.is_change
    ]  # fmt: skip
    names = ["選択肢", "案", "費目", "負担者", "団体コード", "前", "前の特交見込", "後", "後の特交見込"]
    print_rows(out, names, rows, is_csv=True)
