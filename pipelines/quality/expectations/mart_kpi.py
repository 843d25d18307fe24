"""KPIs: all of them, always, with a reason where there is no value, and of a possible size."""

from __future__ import annotations

from pipelines.quality.expectation import Expectation, between, equal, in_set
from pipelines.quality.limits import KPI_SWING_MAX

_OF_PREFECTURE = "municipality_code is null and fiscal_year = (select fiscal_year from run)"
# More visits than planned are possible; Q-DISPATCH-01 has the limit.
_MAY_EXCEED = "('K203')"
# Means of percentages: numerator = sum of the percentages, denominator = how many.
_MEANS = "('K606', 'K701')"

EXPECTATIONS = (
    Expectation(
        id="Q-KPI-01",
        table="mart_kpi",
        tables=("kpi_definitions",),
        title_ja="定義されたKPIのすべてが、対象年度の県の値として1行ずつある",
        why_ja="都合の悪いKPIが黙って消えることのないよう、未達も値なしも必ず示すため。",
        what_to_do_ja="欠けたKPIの番号を添えて、システム担当者に知らせてください。",
        frame=f"""
            select d.kpi_id as scope, d.name_ja as label, count(k.kpi_id) as row_count
            from kpi_definitions d
            left join (select kpi_id from mart_kpi where {_OF_PREFECTURE}) k on k.kpi_id = d.kpi_id
            group by 1, 2 order by 1
        """,
        check=in_set("row_count", 1),
        observed="row_count",
    ),
    Expectation(
        id="Q-KPI-02",
        table="mart_kpi",
        title_ja="値のない県のKPIには理由がある",
        why_ja="空欄だけでは、ゼロなのか未集計なのか読む人に分からないため。",
        what_to_do_ja="そのKPIのもとになる資料が受領されているか、提出状況の表で確かめてください。",
        frame=f"""
            select kpi_id as scope, name_ja as label,
                case when value is null and coalesce(reason, '') = '' then 0 else 1 end as is_explained
            from mart_kpi where {_OF_PREFECTURE} order by 1
        """,
        check=in_set("is_explained", 1),
        observed="is_explained",
    ),
    Expectation(
        id="Q-KPI-03",
        table="mart_kpi",
        title_ja="割合のKPIの分子は、分母を超えない",
        why_ja="100%を超える割合は、分子と分母で数える範囲が違うことを示すため。",
        what_to_do_ja="kyoso trace でそのKPIの根拠の行を開き、分子にだけ入っている行を確かめてください。",
        frame=f"""
            select kpi_id || coalesce(' ' || municipality_code, '') as scope, name_ja as label,
                cast(numerator as double) as numerator, cast(denominator as double) as denominator,
                cast(denominator - numerator as double) as margin
            from mart_kpi
            where unit in ('%', '％') and denominator is not null
                and kpi_id not in {_MAY_EXCEED} and kpi_id not in {_MEANS}
            order by 1
        """,
        check=between("margin", 0),
        observed="numerator",
    ),
    Expectation(
        id="Q-KPI-04",
        table="mart_kpi",
        title_ja="割合のKPIの値は、分子÷分母である",
        why_ja="報告書は値と分子・分母を並べて示すので、検算が合わなければ信用されないため。",
        what_to_do_ja="システム担当者に知らせてください。前回の公開版はそのまま使えます。",
        frame=f"""
            select kpi_id || coalesce(' ' || municipality_code, '') as scope, name_ja as label,
                cast(value as double) as value,
                abs(cast(value as double) - case when kpi_id in {_MEANS} then 1.0 else 100.0 end
                    * cast(numerator as double) / cast(denominator as double)) as gap
            from mart_kpi
            where unit in ('%', '％') and value is not null and denominator > 0 order by 1
        """,
        check=between("gap", None, 0.01),
        observed="value",
    ),
    Expectation(
        id="Q-KPI-05",
        table="mart_kpi",
        title_ja="県のKPIが、前年度の何倍にもなっていない",
        why_ja="桁の違う変化は、単位の取り違えや二重計上を疑うため。",
        what_to_do_ja="根拠の行を前年度と見比べてください。正しければ例外承認を登録してください。",
        frame=f"""
            select kpi_id as scope, name_ja as label, cast(value as double) as value,
                cast(value as double) / previous_value as ratio
            from mart_kpi
            where {_OF_PREFECTURE} and previous_value > 0 and value > 0
                and greatest(value, previous_value) >= 20 order by 1
        """,
        check=between("ratio", None, KPI_SWING_MAX),
        observed="value",
    ),
    Expectation(
        id="Q-KPI-06",
        table="mart_kpi",
        tables=("mart_stage",),
        title_ja="段階のKPI(K101・K104)が、団体別の段階の表と一致する",
        why_ja="1ページ目の団体数と、団体ごとの一覧が食い違わないようにするため。",
        what_to_do_ja="システム担当者に知らせてください。前回の公開版はそのまま使えます。",
        frame=f"""
            with counts as (
                select case when count(stage) > 0
                        then count(*) filter (where stage in ('collaboration', 'co_creation')) end as k101,
                    case when count(stage) > 0 then count(*) filter (where stage = 'co_creation') end as k104
                from mart_stage where fiscal_year = (select fiscal_year from run)
            )
            select k.kpi_id as scope, k.name_ja as label, cast(k.numerator as double) as in_kpi,
                cast(case k.kpi_id when 'K101' then c.k101 else c.k104 end as double) as in_list
            from mart_kpi k, counts c where kpi_id in ('K101', 'K104') and {_OF_PREFECTURE} order by 1
        """,
        check=equal("in_kpi", "in_list"),
        observed="in_kpi",
    ),
)
