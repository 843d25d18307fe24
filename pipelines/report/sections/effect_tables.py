"""Tables and the figure of the effect estimate, every number from mart_effect and its companions."""

from __future__ import annotations

from decimal import Decimal

from pipelines.report.disclosure.wording import SUPPRESSED
from pipelines.report.document import Cell, Column, Figure, Table
from pipelines.report.facts import Facts, Row
from pipelines.report.wording import NO_VALUE, number_cell, number_text, signed_text

ROLES = {"primary": "主要", "secondary": "副次", "interim": "中間"}
# A criterion whose figure is suppressed: its verdict would tell on which side of the threshold that lies.
HIDDEN = "suppressed"
VERDICTS = {"met": "満たす", "not_met": "満たさない", "undecided": "判定不能", HIDDEN: SUPPRESSED}
_MARKS = {"met": "met", "not_met": "missed", "undecided": "undecided", HIDDEN: "none"}
_EVIDENCE_ROLES = {"plan": "分析計画", "baseline": "基準時の評点", "outcome": "成果の評点"}
_EMPTY = "該当なし。結果のある分析がまだありません。"


def is_share(row: Row) -> bool:
    """Whether a difference is one of shares."""
    return bool(row["outcome"] == "collaboration_reached")


def amount(row: Row, value: Decimal | None) -> str:
    """A difference with its sign and unit; points of a hundred for shares."""
    if value is None:
        return "限りなし"
    return f"{signed_text(value * 100)}ポイント" if is_share(row) else f"{signed_text(value, 2)}点"


def verdict_cell(verdict: str | None) -> Cell:
    """満たす, 満たさない or 判定不能, in words and colour."""
    return Cell(VERDICTS[verdict], mark=_MARKS[verdict]) if verdict else Cell(NO_VALUE)


def analyses(facts: Facts) -> Table:
    """Every registered analysis, with a result or without."""
    rows = facts.of_year("mart_effect", "plan_id, analysis_id")
    lines = tuple(
        (
            Cell(f"{r['analysis_id']} {ROLES[r['role']]}"),
            Cell(
                f"{facts.label('effect_outcomes', r['outcome'])}、{facts.label('effect_methods', r['method'])}"
            ),
            Cell(facts.label("assessment_waves", r["outcome_wave"])),
            Cell(
                f"{number_text(r['treated_count'])} / {number_text(r['unit_count'])}"
                if r["unit_count"]
                else NO_VALUE
            ),
            Cell(NO_VALUE if r["estimate"] is None else amount(r, r["estimate"])),
            Cell(_interval(r)),
            number_cell(r["p_value"], 3),
            Cell(_size(r, r["minimum_detectable_effect"])),
            Cell(_size(r, r["smallest_worthwhile"])),
            verdict_cell(r["verdict"]),
            Cell(r["registration_ja"], mark="to_confirm" if r["is_post_hoc"] else ""),
        )
        for r in rows
    )
    columns = (
        Column("分析", width=4.6),
        Column("成果と方法", width=9.4),
        Column("調査回", width=5),
        Column("派遣/計(団体)", "right", 4.6),
        Column("推定", "right", 6.6),
        Column("信頼区間", "right", 7.4),
        Column("p", "right", 3.6),
        Column("検出できる最小", "right", 5.2),
        Column("見合う最小", "right", 6.4),
        Column("判定", "center", 5.4),
        Column("登録", "center", 5.6),
    )
    errors = [
        f"{r['analysis_id']} ±{number_text(r['p_value_error'], 4)}"
        for r in rows
        if r["p_value"] is not None and not r["is_exact"]
    ]
    note = "pは両側。信頼区間の単位は推定と同じ。" + (
        f"割付けを無作為に取り出したpの計算誤差(標準誤差): {'、'.join(errors)}。" if errors else ""
    )
    return Table("effect_analyses", "登録された分析と結果", columns, lines, note, empty_reason=_EMPTY)


def _interval(row: Row) -> str:
    if row["estimate"] is None:
        return NO_VALUE
    unit = "ポイント" if is_share(row) else "点"
    low, high = (amount(row, row[end]).removesuffix(unit) for end in ("interval_low", "interval_high"))
    return f"{low}〜{high}"


def _size(row: Row, value: Decimal | None) -> str:
    return NO_VALUE if value is None else amount(row, value).removeprefix("+")


def effect_figure(facts: Facts, chosen: Row) -> Figure:
    """The estimate with interval, minimum detectable and smallest worthwhile effect, and the same under each check."""
    scale = Decimal(100) if is_share(chosen) else Decimal(1)
    unit = "ポイント" if is_share(chosen) else "点"
    checks = facts.rows(
        "select check_kind, subject_ja, estimate, interval_low, interval_high from mart_effect_sensitivity "
        "where plan_id = ? and analysis_id = ? and estimate is not null order by position",
        chosen["plan_id"],
        chosen["analysis_id"],
    )
    named = [(f"{chosen['analysis_id']} {facts.label('effect_methods', chosen['method'])}", chosen)]
    named += [(_check_name(facts, r), r) for r in checks]
    lines = tuple(
        (
            Cell(name),
            *(
                number_cell(None if r[k] is None else r[k] * scale, 2, is_signed=True)
                for k in ("estimate", "interval_low", "interval_high")
            ),
            *(
                number_cell(chosen[k] * scale if r is chosen and chosen[k] is not None else None, 2)
                for k in ("minimum_detectable_effect", "smallest_worthwhile")
            ),
        )
        for name, r in named
        if r["estimate"] is not None
    )
    columns = (
        Column("推定", width=3),
        Column(f"差({unit})", "right"),
        Column("下限", "right"),
        Column("上限", "right"),
        Column("検出できる最小", "right"),
        Column("見合う最小", "right"),
    )
    return Figure(
        "effect",
        f"差の推定と信頼区間、確かめごとの推定({chosen['analysis_id']})",
        f"差の推定を点、信頼区間を線で示す図。{_figure_words(chosen)}ほかに確かめごとの推定が{len(lines) - 1 if lines else 0}件。",
        Table("effect", "差の推定と信頼区間", columns, lines, empty_reason=_EMPTY),
        "帯は検出できる最小の効果より小さい差、破線は費用に見合う最小の効果。",
    )


def _figure_words(row: Row) -> str:
    if row["estimate"] is None:
        return "結果はまだない。"
    worthwhile = _size(row, row["smallest_worthwhile"])
    return f"推定は{amount(row, row['estimate'])}、信頼区間は{_interval(row)}、費用に見合う最小の効果は{worthwhile}。"


def _check_name(facts: Facts, row: Row) -> str:
    name = facts.label("effect_checks", row["check_kind"])
    # The unit left out stands at the beginning of what was done.
    return f"{row['subject_ja'].split('を除くと')[0]}を除く" if row["check_kind"] == "leave_one_out" else name


def balance(facts: Facts, chosen: Row) -> Table:
    """How alike the groups were before."""
    rows = facts.rows(
        "select * from mart_effect_balance where plan_id = ? and analysis_id = ? order by position",
        chosen["plan_id"],
        chosen["analysis_id"],
    )
    lines = tuple(
        (
            Cell(r["covariate_ja"]),
            number_cell(r["treated_mean"], 0 if r["covariate"] == "population" else 2),
            number_cell(r["untreated_mean"], 0 if r["covariate"] == "population" else 2),
            number_cell(r["standardised_difference"], 2, is_signed=True),
        )
        for r in rows
    )
    columns = (
        Column("項目", width=2),
        Column("派遣を受けた団体の平均", "right", 1.4),
        Column("比べた団体の平均", "right", 1.2),
        Column("標準化差", "right"),
    )
    return Table(
        "effect_balance",
        f"派遣の前の両群の違い({chosen['analysis_id']})",
        columns,
        lines,
        "標準化差 = 平均の差 ÷ 両群の分散の平均の平方根。個別支援は、受けたことのある団体の割合。",
        empty_reason=_EMPTY,
    )


def sensitivity(facts: Facts) -> Table:
    """Every check of every analysis, with its sentence."""
    rows = facts.of_year("mart_effect_sensitivity", "plan_id, analysis_id, position")
    lines = tuple(
        (
            Cell(facts.label("effect_checks", r["check_kind"])),
            Cell(r["reading_ja"]),
            verdict_cell(r["verdict"]),
            Cell("登録" if r["is_registered"] else "登録外"),
        )
        for r in rows
    )
    columns = (
        Column("確かめ", width=9),
        Column("結果", width=30),
        Column("この場合の判定", "center", 5.5),
        Column("計画", "center", 3.5),
    )
    return Table(
        "effect_sensitivity",
        "感度分析(何が変われば結果が変わるか)",
        columns,
        lines,
        groups=tuple(f"分析 {r['analysis_id']}" for r in rows),
        empty_reason=_EMPTY,
    )


def evidence_rows(facts: Facts) -> Table:
    """The rows behind each estimate, by file; all of them are in the warehouse."""
    rows = facts.rows(
        """
        select e.analysis_id, e.role, count(*) as row_count, count(distinct e.file_id) as file_count,
            count(distinct e.municipality_code) as unit_count, min(f.path) as path
        from mart_effect_evidence e
        inner join (select file_id, min(path) as path from files group by 1) f on f.file_id = e.file_id
        where e.fiscal_year = ? group by 1, 2 order by e.analysis_id, e.role = 'plan' desc, e.role
        """,
        facts.fiscal_year,
    )
    lines = tuple(
        (
            Cell(r["analysis_id"]),
            Cell(_EVIDENCE_ROLES[r["role"]]),
            number_cell(r["unit_count"] or None),
            number_cell(r["row_count"]),
            number_cell(r["file_count"]),
            Cell(r["path"].split("/")[-1]),
        )
        for r in rows
    )
    columns = (
        Column("分析", width=2),
        Column("根拠", width=4),
        Column("団体", "right", 2),
        Column("行", "right", 2),
        Column("ファイル", "right", 2.4),
        Column("最初のファイル", width=12),
    )
    note = "行ごとの場所は、倉庫の表 mart_effect_evidence にあります。"
    return Table("effect_evidence", "推定のもとになった行", columns, lines, note, empty_reason=_EMPTY)
