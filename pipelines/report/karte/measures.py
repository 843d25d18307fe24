"""What a municipality took part in, what came of it, and what it cost."""

from __future__ import annotations

from pipelines.report.document import Cell, Column, Table
from pipelines.report.karte.towns import Towns
from pipelines.report.wording import MONEY_MINUS, number_text, short_date

_SHOWN = 20
Line = tuple[str, str, str]


def measures_table(towns: Towns, code: str) -> Table:
    """Working groups, joint procurement and use, deliverables, and costs, one line each."""
    found = [
        *_working_groups(towns, code),
        *_procurement(towns, code),
        *_joint_use(towns, code),
        *_outputs(towns, code),
        *_costs(towns, code),
    ]
    lines = tuple(tuple(Cell(text) for text in line) for line in found[:_SHOWN])
    left = len(found) - len(lines)
    return Table(
        "karte_measures",
        "取組・成果物・経費",
        (Column("種類", width=3), Column("名称", width=8.4), Column("内容", width=8)),
        lines,
        f"ほか{left}件。" if left > 0 else "",
        width="half",
        empty_reason="該当なし。この年度のWG・共同調達・共同利用・成果物・経費の記録がありません。",
    )


def _working_groups(towns: Towns, code: str) -> list[Line]:
    rows = towns.of_year(
        code,
        "select p.*, w.wg_name from mart_wg_participation p "
        "inner join mart_wg_outcome w on w.wg_id = p.wg_id and w.fiscal_year = p.fiscal_year "
        "where p.fiscal_year = ? order by p.wg_id",
    )
    return [
        (
            "WG",
            r["wg_name"],
            f"{'主担当、' if r['is_lead'] else ''}会議{number_text(r['meeting_count'])}回のうち"
            f"{number_text(r['attended_meeting_count'])}回出席",
        )
        for r in rows
    ]


def _procurement(towns: Towns, code: str) -> list[Line]:
    rows = towns.of_year(
        code,
        "select p.*, c.case_name from fct_procurement_participant p "
        "inner join (select distinct fiscal_year, case_id, case_name from mart_joint_procurement) c "
        "on c.case_id = p.case_id and c.fiscal_year = p.fiscal_year "
        "where p.fiscal_year = ? order by p.case_id",
    )
    return [
        (
            "共同調達",
            r["case_name"],
            f"削減額 {number_text(r['saving_jpy'], minus=MONEY_MINUS)}円({towns.facts.label('evidence_classes', r['evidence_class'])})",
        )
        for r in rows
    ]


def _joint_use(towns: Towns, code: str) -> list[Line]:
    rows = towns.of_year(
        code,
        "select * from fct_joint_use_participant where fiscal_year = ? and has_started order by system_id",
    )
    return [
        ("共同利用", r["system_name"], f"年間経費 {number_text(r['cost_after_jpy'], minus=MONEY_MINUS)}円")
        for r in rows
    ]


def _outputs(towns: Towns, code: str) -> list[Line]:
    rows = towns.of_year(
        code,
        "select * from mart_output where fiscal_year = ? order by deliverable_id",
    )
    return [
        (
            "成果物",
            r["name"],
            f"{'派遣による、' if r['is_from_dispatch'] else ''}"
            + (
                f"決裁 {short_date(r['approved_date'])}"
                if r["approved_date"]
                else f"完成 {short_date(r['completed_date'])}"
            ),
        )
        for r in rows
    ]


def _costs(towns: Towns, code: str) -> list[Line]:
    rows = towns.of_year(
        code,
        "select municipality_code, contract_cost_jpy, travel_cost_jpy from mart_dispatch_utilisation where fiscal_year = ?",
    )
    return [
        ("経費", name, f"{number_text(r[key], minus=MONEY_MINUS)}円(基準日まで)")
        for r in rows
        for name, key in (("派遣の契約(単価×実績)", "contract_cost_jpy"), ("派遣の旅費", "travel_cost_jpy"))
        if r[key] is not None
    ]
