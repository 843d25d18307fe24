"""Evidence: every published figure leads to rows of files that are in force."""

from __future__ import annotations

from pipelines.quality.expectation import Expectation, between, in_set

EXPECTATIONS = (
    Expectation(
        id="Q-EVID-01",
        table="mart_kpi_evidence",
        tables=("mart_kpi",),
        title_ja="値のある県のKPIには、すべて根拠の行がある",
        why_ja="たどれない数字を、財政課や議会に信じてもらうことはできないため。",
        what_to_do_ja="該当するKPIの番号を添えて、システム担当者に知らせてください。",
        frame="""
            select k.kpi_id as scope, k.name_ja as label, count(e.kpi_id) as evidence_count
            from mart_kpi k
            left join mart_kpi_evidence e on e.kpi_id = k.kpi_id and e.fiscal_year = k.fiscal_year
            where k.municipality_code is null and k.value is not null
                and k.fiscal_year = (select fiscal_year from run)
            group by 1, 2 order by 1
        """,
        check=between("evidence_count", 1),
        observed="evidence_count",
    ),
    Expectation(
        id="Q-EVID-02",
        table="mart_kpi_evidence",
        title_ja="根拠の行は、受領したファイルの中にある",
        why_ja="受領記録にないファイルを根拠とする数字は、確かめようがないため。",
        what_to_do_ja="システム担当者に知らせてください。前回の公開版はそのまま使えます。",
        frame="""
            select e.kpi_id as scope, e.kpi_id as label,
                count(*) filter (where f.file_id is null or e.row < 1 or e.row is null) as lost_count
            from mart_kpi_evidence e left join files f on f.file_id = e.file_id
            group by 1, 2 order by 1
        """,
        check=in_set("lost_count", 0),
        observed="lost_count",
    ),
)
