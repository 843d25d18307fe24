"""Working groups and joint procurement: outcomes, and savings by class of evidence."""

from __future__ import annotations

from collections import Counter, defaultdict

from pipelines.report.document import Block, Cell, Column, Figure, Paragraph, Section, Table
from pipelines.report.facts import Facts, Row
from pipelines.report.wording import MONEY_MINUS, NO_VALUE, number_cell, number_text, short_date, yen_cell

# Names that a sentence bears; the table below holds all of them.
_NAMED = 10
# Groups that a matrix shows side by side on a screen; a nation has hundreds, and hardly anybody in any two of them.
_MATRIX_GROUPS = 40


def build(facts: Facts) -> Section:
    """WGと共同調達."""
    blocks: list[Block] = [Paragraph(text) for text in _sentences(facts)]
    blocks += [_wgs(facts), _participation(facts), _procurement(facts), _joint_use(facts)]
    return Section("collaboration", "WGと共同調達", tuple(blocks))


def _sentences(facts: Facts) -> list[str]:
    concrete, active = facts.kpi("K303"), facts.kpi("K301")
    if concrete.value is None:
        return [f"WGの成果は示せません。{concrete.reason}です。"]
    texts = [
        f"台帳のWG {number_text(concrete.denominator)}件のうち、活動中は{active.text}、「実施」以上に至ったのは{concrete.text}(K303)、"
        f"県やプロデューサーの進行なしで続いているのは{number_text(facts.kpi('K304').numerator)}件(K304)です。"
    ]
    # A nation has many groups of one name.
    cancelled = Counter(
        r["wg_name"] for r in facts.of_year("mart_wg_outcome", "wg_id") if r["status"] == "cancelled"
    )
    if cancelled:
        named = list(cancelled.items())[:_NAMED]
        left = cancelled.total() - sum(count for _, count in named)
        names = "、".join(name if count == 1 else f"{name}({count:,}件)" for name, count in named)
        texts.append(f"中止したのは、{names}{f'、ほか{left:,}件' if left else ''}です。")
    parts = [
        f"{name} {facts.kpi(k).text}({k})"
        for k, name in (("K308", "実測"), ("K309", "自己申告"), ("K310", "試算"))
    ]
    texts.append(f"共同調達の削減額は、{'、'.join(parts)}です。根拠の確かさが違うため、足し合わせません。")
    return texts


def _wgs(facts: Facts) -> Table:
    rows = facts.of_year("mart_wg_outcome", "wg_id")
    lines = tuple(
        (
            Cell(r["wg_id"]),
            Cell(r["wg_name"]),
            Cell(facts.label("wg_types", r["wg_type"])),
            Cell(facts.label("initiator_kinds", r["initiator_kind"])),
            Cell(r["lead_municipality_name"] or "なし"),
            Cell(facts.label("wg_statuses", r["status"])),
            number_cell(r["participant_count"]),
            number_cell(r["meeting_count"]),
            Cell(
                f"{facts.label('outcome_stages', r['outcome_stage'])} {short_date(r['outcome_date'])}"
                if r["outcome_stage"]
                else "なし"
            ),
            Cell("○" if r["has_concrete_outcome"] else "×"),
            Cell("○" if r["is_self_sustaining"] else "×"),
            Cell(r["goals_code"] or NO_VALUE),
        )
        for r in rows
    )
    columns = (
        Column("番号", width=3.2),
        Column("WG", width=11.5),
        Column("類型", width=8.4),
        Column("発意", width=3.2),
        Column("主担当", width=4.4),
        Column("状況", width=3.2),
        Column("参加(団体)", "right", 3.6),
        Column("会議(回)", "right", 2.4),
        Column("到達段階", width=6.6),
        Column("成果", "center", 2.4),
        Column("自走", "center", 2.4),
        Column("GOALS", width=3.5),
    )
    return Table(
        "wgs",
        "WGの状況と成果",
        columns,
        lines,
        "成果=「実施」以上に至った。自走=直近3回の会議の進行役が県・プロデューサー以外。",
        empty_reason="該当なし。この年度のWG台帳を受領していません。",
    )


def _participation(facts: Facts) -> Figure:
    """Who attended which group: a matrix while there are few groups, else each group with those who attended."""
    rows = facts.rows(
        """
        select p.municipality_code, m.name, p.wg_id, p.attended_meeting_count, p.meeting_count, p.is_lead
        from mart_wg_participation p inner join dim_municipality m on m.municipality_code = p.municipality_code
        where p.fiscal_year = ? order by m.sort_order, p.wg_id
        """,
        facts.fiscal_year,
    )
    wgs = facts.of_year("mart_wg_outcome", "wg_id")
    columns, lines = _by_town(rows, wgs) if len(wgs) <= _MATRIX_GROUPS else _by_group(rows, wgs)
    table = Table(
        "wg_matrix", "WGへの参加", columns, lines, empty_reason="該当なし。WGの出席の記録がありません。"
    )
    return Figure(
        "wg_matrix",
        "WGへの参加(出席した会議/会議)",
        "市町村とWGの組ごとの出席。内容は表のとおり。",
        table,
        note="◎=主担当、○=参加。",
    )


def _by_town(rows: list[Row], wgs: list[Row]) -> tuple[tuple[Column, ...], tuple[tuple[Cell, ...], ...]]:
    found = {(r["municipality_code"], r["wg_id"]): r for r in rows}
    lines = tuple(
        (
            Cell(name),
            *(
                Cell(_attended(hit), mark="lead" if hit["is_lead"] else "member")
                if (hit := found.get((code, wg["wg_id"])))
                else Cell("")
                for wg in wgs
            ),
        )
        for code, name in {r["municipality_code"]: r["name"] for r in rows}.items()
    )
    return (Column("団体", width=1.5), *(Column(wg["wg_id"], "center") for wg in wgs)), lines


def _by_group(rows: list[Row], wgs: list[Row]) -> tuple[tuple[Column, ...], tuple[tuple[Cell, ...], ...]]:
    attended: defaultdict[str, list[Row]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: not row["is_lead"]):
        attended[row["wg_id"]].append(row)
    lines = tuple(
        (
            Cell(wg["wg_id"]),
            Cell(wg["wg_name"]),
            number_cell(len(attended[wg["wg_id"]])),
            Cell("、".join(f"{row['name']}{_attended(row)}" for row in attended[wg["wg_id"]])),
        )
        for wg in wgs
    )
    columns = (
        Column("番号", width=2),
        Column("WG", width=6),
        Column("団体", "right", 1.2),
        Column("団体と出席", width=12),
    )
    return columns, lines


def _attended(row: Row) -> str:
    return f"{'◎' if row['is_lead'] else '○'}{row['attended_meeting_count']}/{row['meeting_count']}"


def _procurement(facts: Facts) -> Table:
    rows = facts.rows(
        "select * from mart_joint_procurement where fiscal_year = ? order by case_id, evidence_class",
        facts.fiscal_year,
    )
    lines = tuple(
        (
            Cell(r["case_id"]),
            Cell(r["case_name"]),
            Cell(facts.label("procurement_methods", r["method"])),
            Cell(short_date(r["contract_date"])),
            number_cell(r["participant_count"]),
            Cell(facts.label("evidence_classes", r["evidence_class"])),
            yen_cell(r["standalone_cost_jpy"]),
            yen_cell(r["share_amount_jpy"]),
            yen_cell(r["saving_jpy"]),
            number_cell(r["saving_pct"], 1),
        )
        for r in rows
    )
    columns = (
        Column("案件", width=3.4),
        Column("案件名", width=13.2),
        Column("方法", width=6.4),
        Column("契約日", width=4.6),
        Column("参加(団体)", "right", 3.6),
        Column("根拠区分", width=4.4),
        Column("単独の額(円)", "right", 5.2),
        Column("負担額(円)", "right", 5.2),
        Column("削減額(円)", "right", 5.2),
        Column("削減率(%)", "right", 3.4),
    )
    return Table(
        "joint_procurement",
        "共同調達(案件と根拠区分別)",
        columns,
        lines,
        "1つの案件でも、団体ごとに根拠区分が異なれば行を分けます。",
        empty_reason="該当なし。基準日までに契約した共同調達がありません。",
    )


def _joint_use(facts: Facts) -> Table:
    rows = facts.of_year("mart_joint_use", "system_id")
    lines = tuple(
        (
            Cell(r["system_id"]),
            Cell(r["system_name"]),
            Cell(facts.label("joint_use_kinds", r["kind"])),
            number_cell(r["participant_count"]),
            yen_cell(r["cost_before_jpy"]),
            yen_cell(r["cost_after_jpy"]),
            number_cell(r["cost_before_per_head_jpy"], 1, minus=MONEY_MINUS),
            number_cell(r["cost_after_per_head_jpy"], 1, minus=MONEY_MINUS),
        )
        for r in rows
    )
    columns = (
        Column("番号", width=2.4),
        Column("システム", width=15),
        Column("区分", width=9.5),
        Column("利用(団体)", "right", 3.6),
        Column("利用前(円/年)", "right", 6.2),
        Column("利用後(円/年)", "right", 6.2),
        Column("利用前(円/人)", "right", 4.2),
        Column("利用後(円/人)", "right", 4.2),
    )
    return Table(
        "joint_use",
        "共同利用",
        columns,
        lines,
        empty_reason="該当なし。この年度の共同利用の台帳を受領していません。",
    )
