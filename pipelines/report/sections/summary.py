"""One page for people who read one page: the answer, three numbers, the map, three caveats."""

from __future__ import annotations

from pipelines.report.document import Block, Bullets, Card, Cards, Cell, Column, Paragraph, Section, Table
from pipelines.report.facts import Facts
from pipelines.report.sections.delivery import monthly_figure, unreported
from pipelines.report.sections.outcomes import is_behind
from pipelines.report.sections.stage import movement_figure, tile_map
from pipelines.report.wording import NO_VALUE, month_label, number_cell, number_text, year_label

_CAVEATS = 3


def build(facts: Facts) -> Section:
    """要約."""
    lead, because = answer(facts)
    blocks: list[Block] = [
        Paragraph(lead, "lead"),
        Paragraph(because),
        Cards(_cards(facts)),
        tile_map(facts),
        _targets(facts),
        movement_figure(facts),
        monthly_figure(facts),
        Bullets("読むときの注意", tuple(caveats(facts)[:_CAVEATS])),
    ]
    return Section("summary", "要約", tuple(blocks))


def answer(facts: Facts) -> tuple[str, str]:
    """The first sentence and its reason, by rule. No comparison group, no claim about effect."""
    stage, transfer = facts.kpi("K101"), facts.kpi("K601")
    stage_text = (
        f"裏付けのある協働以上は{number_text(stage.denominator)}団体中{number_text(stage.numerator)}団体です。"
        if stage.value is not None
        else "段階の評価をまだ受領していません。"
    )
    reasons = []
    if transfer.value is None:
        reasons.append(f"派遣の前後の変化(K601)は、{transfer.reason or '値がないため'}、まだ測れません。")
    else:
        reasons.append(
            f"派遣を受けた団体の「自力でできる程度」は平均{number_text(transfer.value, 2)}点変化しました(K601)が、"
            "派遣を受けなかった団体にも変化はありえます。"
        )
    waves = {r["wave"] for r in facts.of_year("mart_stage", "municipality_code") if r["wave"]}
    if waves and not any(str(w).endswith("_end") for w in waves):
        reasons.append("段階は年度の途中の調査によるもので、年度末の調査で変わりえます。")
    reasons.append(
        "この版は派遣を受けなかった団体との比較を含まず、「判断できない」は「効果がない」という意味ではありません。"
    )
    return f"支援が市町村のDXを進めたかどうかは、この版の証拠だけでは判断できません。{stage_text}", "".join(
        reasons
    )


def _cards(facts: Facts) -> tuple[Card, ...]:
    stage, rate, concrete = facts.kpi("K101"), facts.kpi("K203"), facts.kpi("K303")
    return (
        Card(
            stage.name_ja,
            "K101",
            number_text(stage.numerator),
            f"/ {number_text(stage.denominator)}団体",
            f"公表 {facts.kpi('K102').text}・評点のみ {facts.kpi('K103').text}・"
            f"前年度 {number_text(stage.previous_value)}・目標 {number_text(stage.target)}",
        ),
        Card(
            f"{rate.name_ja}(基準日まで)",
            "K203",
            number_text(rate.value, 1),
            "%",
            f"実績 {number_text(rate.numerator)} / 計画 {number_text(rate.denominator)}人回・目標 {number_text(rate.target)}%",
        ),
        Card(
            concrete.name_ja,
            "K303",
            number_text(concrete.value),
            f"/ {number_text(concrete.denominator)}件",
            f"自走 {number_text(facts.kpi('K304').numerator)}件・前年度 {number_text(concrete.previous_value)}件・"
            f"目標 {number_text(concrete.target)}件",
        ),
    )


def _targets(facts: Facts) -> Table:
    chosen = [k for k in facts.kpis.values() if k.target is not None]
    rows = tuple(
        (
            Cell(k.kpi_id),
            Cell(k.name_ja),
            Cell(k.text if k.value is not None else NO_VALUE, k.value),
            number_cell(k.target, 0),
            Cell(
                "－ 値なし" if k.value is None else "▽ 届かず" if is_behind(facts, k.kpi_id) else "○ 届く",
                mark="none" if k.value is None else "short" if is_behind(facts, k.kpi_id) else "met",
            ),
        )
        for k in chosen
    )
    columns = (
        Column("番号", width=0.7),
        Column("目標のあるKPI", width=2.5),
        Column("現時点", "right", 1.65),
        Column("目標", "right", 1.4),
        Column("目標に", "center", 1.2),
    )
    return Table(
        "targets", "目標と現時点の値", columns, rows, kpi_ids=tuple(k.kpi_id for k in chosen), width="half"
    )


def caveats(facts: Facts) -> list[str]:
    """What a reader must know first, worst first, by rule."""
    found = []
    to_confirm = facts.kpi("K107")
    if to_confirm.value:
        found.append(
            f"公表または評点の段階が裏付けを上回る「要確認」が{to_confirm.text}あります。公表の{facts.kpi('K102').text}をそのまま成果とは読めません(K107)。"
        )
    if waiting := unreported(facts):
        found.append(
            f"{month_label(waiting['first_month'])}分の派遣{waiting['due']}人回は報告の期限前で、派遣実施率はその分だけ低く出ています(K203)。"
        )
    missing = facts.rows(
        "select municipality_name, dataset_label, period from mart_submission where state in ('未提出', '全行保留') order by 1, 2, 3"
    )
    if missing:
        names = "、".join(
            f"{r['municipality_name']}({r['dataset_label']} {r['period']})" for r in missing[:3]
        )
        found.append(f"期限を過ぎた未提出が{len(missing)}件あります: {names}。")
    absent = [k for k in facts.kpis.values() if k.value is None]
    if absent:
        found.append(
            f"{year_label(facts.fiscal_year)}の値がまだないKPIが{len(absent)}件あります({'、'.join(k.kpi_id for k in absent)})。"
        )
    if facts.kpi("K310").value:
        found.append("共同調達の削減額のうち試算(K310)は、実測(K308)に足してはなりません。")
    return found or ["特に注意すべき欠けはありません。"]
