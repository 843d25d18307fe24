"""The stage per municipality: published, claimed and corroborated, and what is missing for the next."""

from __future__ import annotations

from pipelines.report.document import Block, Cell, Column, Paragraph, Section, Table
from pipelines.report.facts import Facts, Row
from pipelines.report.sections.prefectures import capabilities_by_prefecture, stages_by_prefecture
from pipelines.report.sections.stage_agreement import agreement
from pipelines.report.sections.stage_figures import STAGES, movement_figure
from pipelines.report.wording import (
    NO_VALUE,
    number_cell,
    number_text,
    short_year,
    stage_cell,
    stage_label,
    year_label,
)

_NOT_ASSESSED = "該当なし。この年度のアセスメント調査票をまだ受領していません。"


def build(facts: Facts) -> Section:
    """段階."""
    blocks: list[Block] = [Paragraph(text) for text in _sentences(facts)]
    blocks += [movement_figure(facts), _transitions(facts), _by_municipality(facts), _capabilities(facts)]
    blocks.append(agreement(facts))
    return Section("stage", _title(facts), tuple(blocks))


def _title(facts: Facts) -> str:
    first = facts.rows("select min(fiscal_year) as year from mart_stage where stage is not null")[0]["year"]
    return f"段階({year_label(first)}から現在まで)" if first else "段階"


def _sentences(facts: Facts) -> list[str]:
    rows = facts.of_year("mart_stage", "municipality_code")
    assessed = [r for r in rows if r["stage"]]
    if not assessed:
        return [
            f"{year_label(facts.fiscal_year)}のアセスメント調査票をまだ受領していないため、段階は示せません。"
        ]
    waves = "、".join(sorted({facts.label("assessment_waves", r["wave"]) for r in assessed}))
    texts = [
        f"裏付けのある段階で協働以上は{facts.kpi('K101').text}、公表では{facts.kpi('K102').text}、評点だけでは{facts.kpi('K103').text}です"
        f"(評価のある{len(assessed):,}団体、調査回 {waves})。公表または評点が裏付けを上回る「要確認」は{facts.kpi('K107').text}です。"
    ]
    absent = [r["municipality_name"] for r in rows if not r["stage"]]
    if absent:
        texts.append(
            f"{'、'.join(absent)}は、この年度の調査票を受領していないため段階がありません。分母に含めていません。"
        )
    years = facts.rows(
        "select distinct fiscal_year, coalesce(no_stage_reason, incomparable_reason) as reason from mart_stage "
        "where fiscal_year < ? and not is_comparable and coalesce(no_stage_reason, incomparable_reason) is not null order by 1",
        facts.fiscal_year,
    )
    for row in years:
        texts.append(f"{year_label(row['fiscal_year'])}は、ほかの年度と比べられません({row['reason']})。")
    return texts


def _transitions(facts: Facts) -> Table:
    """From each municipality's latest comparable year to this one; who cannot be compared is named with the reason."""
    rows = facts.rows(
        """
        select from_fiscal_year, from_stage, to_stage, sign(max(rank_change)) as direction, count(*) as n,
            string_agg(municipality_name, '、' order by municipality_code) as names
        from mart_stage_transition where fiscal_year = ? and is_latest_comparable group by 1, 2, 3
        """,
        facts.fiscal_year,
    )
    order = {stage: number for number, stage in enumerate(STAGES)}
    rows.sort(key=lambda r: (r["from_fiscal_year"], order[r["from_stage"]], order[r["to_stage"]]))
    lines = tuple(
        (
            Cell(short_year(r["from_fiscal_year"])),
            stage_cell(r["from_stage"]),
            stage_cell(r["to_stage"]),
            Cell({-1: "↓ 下がった", 0: "→ 同じ", 1: "↑ 上がった"}[r["direction"]]),
            number_cell(r["n"]),
            Cell(r["names"]),
        )
        for r in rows
    )
    columns = (
        Column("前の年度", "center", 0.8),
        Column("前の段階", "center", 0.8),
        Column(short_year(facts.fiscal_year), "center", 0.8),
        Column("動き", width=1.0),
        Column("団体数", "right", 0.6),
        Column("団体", width=5.4),
    )
    return Table(
        "transitions",
        "段階の動き(比べられる直前の年度から)",
        columns,
        lines,
        "どちらの年度も、後の年度に有効な基準の版で判定した。" + _left_out(facts),
        empty_reason="該当なし。比べられる過去の年度がありません。",
    )


def _left_out(facts: Facts) -> str:
    """Municipalities without any comparable year before, by reason."""
    rows = facts.rows(
        """
        with newest as (
            select *, row_number() over (partition by municipality_code order by from_fiscal_year desc) as recency,
                bool_or(is_comparable) over (partition by municipality_code) as has_comparable_year
            from mart_stage_transition where fiscal_year = ?
        )
        select incomparable_reason as reason, string_agg(municipality_name, '、' order by municipality_code) as names
        from newest where recency = 1 and not has_comparable_year group by 1 order by min(municipality_code)
        """,
        facts.fiscal_year,
    )
    return "".join(f"比べられない団体: {r['names']}({r['reason']})。" for r in rows)


def _by_municipality(facts: Facts) -> Table:
    years = [
        r["fiscal_year"]
        for r in facts.rows(
            "select distinct fiscal_year from mart_stage where stage is not null and fiscal_year < ? order by 1",
            facts.fiscal_year,
        )
    ]
    past = {
        (r["municipality_code"], r["fiscal_year"]): r["stage"]
        for r in facts.rows("select municipality_code, fiscal_year, stage from mart_stage")
    }
    lines = tuple(
        (
            Cell(r["municipality_name"]),
            *(stage_cell(past.get((r["municipality_code"], year))) for year in years),
            stage_cell(r["stage"]),
            stage_cell(r["claimed_stage"]),
            stage_cell(r["published_stage"]),
            Cell("要確認" if r["is_to_confirm"] else "", mark="to_confirm" if r["is_to_confirm"] else ""),
            Cell(_missing(r)),
        )
        for r in facts.of_year("mart_stage", "municipality_code")
    )
    columns = (
        Column("団体", width=1.15),
        *(Column(short_year(y), "center", 0.85) for y in years),
        Column(f"{short_year(facts.fiscal_year)} 裏付け", "center", 0.95),
        Column("評点のみ", "center", 0.85),
        Column("公表", "center", 0.85),
        Column("要確認", "center", 0.75),
        Column("次の段階に足りないもの", width=4.2),
    )
    return Table(
        "stage_by_municipality",
        "団体別の段階",
        columns,
        lines,
        "過去の年度も裏付けのある段階。公表は、その年度までの最新の公表。",
        roll_up=stages_by_prefecture(facts),
        empty_reason=_NOT_ASSESSED,
    )


def _missing(row: Row) -> str:
    if not row["stage"]:
        return str(row["no_stage_reason"] or "")
    if row["next_stage"] is None:
        return "最上位の段階"
    return f"{stage_label(row['next_stage'])}へ: {row['missing_criteria_text'] or 'なし'}"


def _capabilities(facts: Facts) -> Table:
    rows = facts.of_year("mart_stage", "municipality_code")
    names = (("judge", "判断"), ("use_support", "活用"), ("solve", "自己解決"), ("lead", "牽引"))
    lines = tuple(
        (
            Cell(r["municipality_name"]),
            Cell(facts.label("assessment_waves", r["wave"]) if r["wave"] else NO_VALUE),
            Cell(facts.label("assessor_kinds", r["assessor_kind"])),
            *(
                Cell(
                    f"{'○' if r['has_' + key] else '×'} {number_text(r[key + '_score'], 2)}点・{r[key + '_event_count']}件"
                )
                if r["wave"]
                else Cell(NO_VALUE)
                for key, _ in names
            ),
        )
        for r in rows
    )
    columns = (
        Column("団体", width=1.2),
        Column("調査回", width=0.9),
        Column("評価者", width=0.8),
        *(Column(f"{label}(評点・裏付け)", width=1.85) for _, label in names),
    )
    return Table(
        "capabilities",
        "能力ごとの評点と裏付け",
        columns,
        lines,
        "○=評点と裏付けの両方が基準を満たす。評点は共通項目の平均(0〜4点)。",
        roll_up=capabilities_by_prefecture(facts),
        empty_reason=_NOT_ASSESSED,
    )
