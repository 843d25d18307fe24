"""One page per municipality: its own data, the prefecture's median, and nothing of anybody else."""

from __future__ import annotations

from pipelines.report.document import Answer, Block, Karte
from pipelines.report.facts import Facts, Row
from pipelines.report.karte.figures import figures_table
from pipelines.report.karte.findings import findings_table
from pipelines.report.karte.measures import measures_table
from pipelines.report.karte.stages import calendar_table, stage_table
from pipelines.report.karte.towns import Towns
from pipelines.report.wording import short_year, stage_label, year_label


def kartes(facts: Facts) -> tuple[Karte, ...]:
    """A page per municipality, in the official order."""
    towns = Towns(facts)
    places = facts.rows(
        "select municipality_code, name, prefecture_name from dim_municipality order by sort_order"
    )
    return tuple(
        Karte(
            place["municipality_code"],
            place["name"],
            _blocks(towns, place["municipality_code"], place["name"]),
            place["prefecture_name"],
        )
        for place in places
    )


def _blocks(towns: Towns, municipality_code: str, name: str) -> tuple[Block, ...]:
    year = towns.facts.fiscal_year
    stages = towns.rows(municipality_code, "select * from mart_stage order by fiscal_year")
    moves = towns.of_year(
        municipality_code,
        "select * from mart_stage_transition where fiscal_year = ? and is_latest_comparable",
    )
    return (
        _answer(year, name, stages, moves),
        stage_table(year, stages),
        calendar_table(towns, municipality_code),
        figures_table(towns, municipality_code),
        measures_table(towns, municipality_code),
        findings_table(towns, municipality_code),
    )


def _answer(fiscal_year: int, name: str, stages: list[Row], moves: list[Row]) -> Answer:
    """Where the municipality stands, what it lacks for the next stage, and where it stood when that can be compared."""
    now = next((r for r in stages if r["fiscal_year"] == fiscal_year), None)
    year = year_label(fiscal_year)
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
    parts += [
        f"比べられる前回({short_year(r['from_fiscal_year'])})は「{stage_label(r['from_stage'])}」でした。"
        for r in moves
    ]
    return Answer(
        f"{name}の{year}の段階は、裏付けのある評価で「{stage_label(now['stage'])}」です。", "".join(parts)
    )
