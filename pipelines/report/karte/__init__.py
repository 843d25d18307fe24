"""One page per municipality: its own data, the prefecture's median, and nothing of anybody else."""

from __future__ import annotations

from pipelines.report.document import Answer, Section
from pipelines.report.facts import Facts, Row
from pipelines.report.karte.figures import figures_table
from pipelines.report.karte.findings import findings_table
from pipelines.report.karte.measures import measures_table
from pipelines.report.karte.stages import calendar_table, stage_table
from pipelines.report.wording import short_year, stage_label, year_label


def kartes(facts: Facts) -> tuple[Section, ...]:
    """A section per municipality, in the official order; its key is the municipality's code."""
    towns = facts.rows("select municipality_code, name from dim_municipality order by sort_order")
    stages = _by_town(facts.rows("select * from mart_stage order by fiscal_year"))
    return tuple(
        Section(
            town["municipality_code"],
            town["name"],
            (
                _answer(facts, town["name"], stages.get(town["municipality_code"], [])),
                stage_table(facts, stages.get(town["municipality_code"], [])),
                calendar_table(facts, town["municipality_code"]),
                figures_table(facts, town["municipality_code"]),
                measures_table(facts, town["municipality_code"]),
                findings_table(facts, town["municipality_code"]),
            ),
        )
        for town in towns
    )


def _by_town(rows: list[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row["municipality_code"], []).append(row)
    return found


def _answer(facts: Facts, name: str, stages: list[Row]) -> Answer:
    """Where the municipality stands, and what it lacks for the next stage."""
    now = next((r for r in stages if r["fiscal_year"] == facts.fiscal_year), None)
    year = year_label(facts.fiscal_year)
    if now is None or now["stage"] is None:
        why = now["no_stage_reason"] if now else "この年度の段階の記録がない"
        return Answer(f"{name}の{year}の段階は、まだ示せません。", f"{why}ためです。")
    parts = [
        f"評点だけでは「{stage_label(now['claimed_stage'])}」、県の公表では「{stage_label(now['published_stage'])}」です。"
        if now["published_stage"]
        else f"評点だけでは「{stage_label(now['claimed_stage'])}」で、県の公表はありません。"
    ]
    if now["is_to_confirm"]:
        parts.append("公表または評点が裏付けを上回るため「要確認」です。")
    if now["missing_criteria_text"]:
        parts.append(
            f"次の段階({stage_label(now['next_stage'])})に足りないもの: {now['missing_criteria_text']}。"
        )
    else:
        parts.append("最上位の段階です。")
    before = [r for r in stages if r["fiscal_year"] < facts.fiscal_year and r["stage"] and r["is_comparable"]]
    if before and now["is_comparable"]:
        parts.append(
            f"比べられる前回({short_year(before[-1]['fiscal_year'])})は「{stage_label(before[-1]['stage'])}」でした。"
        )
    return Answer(
        f"{name}の{year}の段階は、裏付けのある評価で「{stage_label(now['stage'])}」です。", "".join(parts)
    )
