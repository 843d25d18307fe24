"""One page for people who read one page: the answer, three numbers, the map beside the criteria, the options, three caveats."""

from __future__ import annotations

from pipelines.report.document import Answer, Block, Bullets, Card, Cards, Paragraph, Section
from pipelines.report.facts import Facts, Kpi, Row
from pipelines.report.sections.delivery import unreported
from pipelines.report.sections.effect import headline, lead_of, short, short_of_none
from pipelines.report.sections.kpi_table import target_cell
from pipelines.report.sections.r9_in_short import criteria_in_short, options_in_short
from pipelines.report.sections.stage_figures import movement_figure, tile_map
from pipelines.report.wording import minus_of, month_label, number_text, signed_text, year_label

_CAVEATS = 3
_UNKNOWN = "支援が市町村のDXを進めたかどうかは、この版の証拠だけでは判断できません。"
_NAMED = 10
_PROMISED = ("K101", "K203")
_INTERIM = "中間の分析では、"
# By the branch of the rule that decided (pipelines.model.effect.verdict).
_WHYS = {
    "worthwhile": "信頼区間の全体がゼロを上回り、推定が費用に見合う大きさに達したので、",
    "difference_too_uncertain": "差はあるものの、費用に見合う大きさかどうかまでは信頼区間から分からないため、",
    "small_but_real": "差はあるものの、信頼区間の全体が費用に見合う大きさを下回るため、",
    "below_worthwhile": "信頼区間の全体が費用に見合う大きさを下回るため、",
    "harmful": "信頼区間の全体がゼロを下回るため、",
    "no_difference_shown": "信頼区間がゼロも費用に見合う大きさも含むため、",
    "test_disagrees": "信頼区間と正確検定が食い違い、差があるとはいえないため、",
    "too_few_treated": "派遣を受けた団体が少なすぎるため、",
    "too_coarse": "比べる団体が少なすぎるため、",
}


def build(facts: Facts) -> Section:
    """要約."""
    blocks: list[Block] = [
        answer(facts),
        Paragraph(promise(facts)),
        Cards(_cards(facts)),
        tile_map(facts),
        criteria_in_short(facts),
        movement_figure(facts),
        options_in_short(facts),
        Bullets("caveats", "読むときの注意", tuple(caveats(facts)[:_CAVEATS])),
    ]
    return Section("summary", "要約", tuple(blocks))


def promise(facts: Facts) -> str:
    """What the programme is, what it set out to reach this year, and what is to be decided, for a stranger."""
    promised = [k for k in map(facts.kpi, _PROMISED) if k.target is not None]
    aims = "、".join(f"{k.name_ja} {_aim(k).removeprefix('目標 ')}({k.kpi_id})" for k in promised)
    year = year_label(facts.fiscal_year)
    return (
        "県が民間のデジタル人材を市町村へ派遣し、自力でDXを進められる団体を増やす事業です。"
        + (f"{year}の目標は{aims}です。" if aims else f"{year}の目標は、まだ定められていません。")
        + f"決めるのは、{year_label(facts.fiscal_year + 1)}に続けるかどうかと、その案です。"
    )


def answer(facts: Facts) -> Answer:
    """The first sentence and its reason, by rule: no claim beyond the verdict of the registered analysis."""
    stage, transfer = facts.kpi("K101"), facts.kpi("K601")
    stage_text = (
        f"協働以上と裏付けられたのは、評価のある{stage.denominator_text}団体のうち{stage.numerator_text}団体です。"
        if stage.value is not None
        else f"段階も、まだ示せません({stage.reason or '値がないため'})。"
    )
    if transfer.value is None:
        reasons = [f"派遣の前後の変化(K601)は示せません({transfer.reason or '値がないため'})。"]
    else:
        reasons = [
            f"派遣を受けた団体の「自力でできる程度」は、前後で平均{signed_text(transfer.value, 2)}点変わりました(K601)。"
            "ただし、派遣を受けなかった団体も変わりうるため、派遣によるとはいえません。"
        ]
    waves = {r["wave"] for r in facts.of_year("mart_stage", "municipality_code") if r["wave"]}
    if waves and not any(str(w).endswith("_end") for w in waves):
        reasons.append("段階は年度の途中の調査によるもので、年度末の調査で変わりえます。")
    chosen = headline(facts)
    reasons.append(short(chosen) if chosen else short_of_none(facts))
    if chosen is None or chosen["verdict"] == "undecided":
        reasons.append("「判断できない」は「効果がない」という意味ではありません。")
    first = _lead_with_reason(chosen) if chosen and chosen["estimate"] is not None else _UNKNOWN
    return Answer(f"{first}{stage_text}", "".join(reasons))


def _lead_with_reason(chosen: Row) -> str:
    """The verdict in one sentence that begins with the branch of the rule it comes from."""
    lead, why = lead_of(chosen), _WHYS.get(chosen["verdict_reason"], "")
    return f"{_INTERIM}{why}{lead.removeprefix(_INTERIM)}" if lead.startswith(_INTERIM) else f"{why}{lead}"


def _cards(facts: Facts) -> tuple[Card, ...]:
    return (_stage_card(facts), _delivery_card(facts), _saving_card(facts))


def _stage_card(facts: Facts) -> Card:
    stage = facts.kpi("K101")
    parts = [
        f"公表 {number_text(facts.kpi('K102').value)}",
        f"評点 {number_text(facts.kpi('K103').value)}",
        f"前年度 {number_text(stage.previous_value)}",
        f"目標 {target_cell(stage).text}",
    ]
    unit = f"/ {stage.denominator_text}団体" if stage.value is not None else "団体"
    return Card(stage.name_ja, stage.kpi_id, number_text(stage.value), unit, "・".join(parts))


def _delivery_card(facts: Facts) -> Card:
    rate = facts.kpi("K203")
    parts = [
        f"実績 {rate.numerator_text} / 計画 {rate.denominator_text}人回",
        _aim(rate),
    ]
    return Card(
        f"{rate.name_ja}(基準日まで)",
        rate.kpi_id,
        number_text(rate.value, rate.decimals),
        "%",
        "・".join(parts),
    )


def _saving_card(facts: Facts) -> Card:
    saving = facts.kpi("K308")
    estimated = facts.kpi("K310")
    note = (
        f"ほかに試算 {estimated.text}(足さない)"
        if estimated.value
        else f"目標 {number_text(saving.target)}円"
    )
    return Card(
        f"共同調達の{saving.name_ja}",
        saving.kpi_id,
        number_text(saving.value, minus=minus_of(saving.unit)),
        "円",
        note,
    )


def _aim(kpi: Kpi) -> str:
    return "目標なし" if kpi.target is None else f"目標 {target_cell(kpi).text}{kpi.unit}"


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
            f"{month_label(waiting['first_month'])}分の派遣{number_text(waiting['due'])}人回は報告の期限前で、派遣実施率はその分だけ低く出ています(K203)。"
        )
    missing = facts.rows(
        "select municipality_name, dataset_label, period from mart_submission "
        "where state in ('未提出', '全行保留', '取下げ') order by 1, 2, 3"
    )
    if missing:
        names = "、".join(
            f"{r['municipality_name']}({r['dataset_label']} {r['period']})" for r in missing[:3]
        )
        more = "など" if len(missing) > 3 else ""
        found.append(f"期限を過ぎた未提出が{len(missing)}件あります: {names}{more}。")
    absent = [k for k in facts.kpis.values() if k.is_missing]
    if absent:
        named = "、".join(k.kpi_id for k in absent[:_NAMED])
        more = "など" if len(absent) > _NAMED else ""
        found.append(
            f"{year_label(facts.fiscal_year)}の値がまだないKPIが{len(absent)}件あります({named}{more})。理由は「KPIの一覧」にあります。"
        )
    if facts.kpi("K310").value:
        found.append("共同調達の削減額のうち試算(K310)は、実測(K308)に足してはなりません。")
    return found or ["特に注意すべき欠けはありません。"]
