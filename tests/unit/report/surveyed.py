"""A release in which a survey has been answered: the figures of its KPIs as a test wants them."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

import duckdb

YEAR = 2026
# Respondents and who said yes, by municipality; without one, the prefecture alone (a KPI that adds up to nothing).
Answers = Mapping[str, tuple[int, int]]
_FIELDS = {
    "K602": "has_successor",
    "K603": "has_handover",
    "K605": "willing_to_pay_pct",
    "K606": "willing_to_pay_pct",
}
_KPI = """
insert into mart_kpi by name
select d.kpi_id, {year}::integer as fiscal_year, {code} as municipality_code, d.kpi_group, d.name_ja, d.kind, d.unit,
    {yes}::decimal(18,4) as numerator, {respondents}::decimal(18,4) as denominator, {respondents}::bigint as respondent_count,
    round({yes} * case d.aggregation when 'percent' then 100 else 1 end / {respondents}, 4)::decimal(18,4) as value,
    {target} as target, {previous} as previous_value, '現時点' as status, d.direction, null as reason
from kpi_definitions d where d.kpi_id = '{kpi_id}'
"""
# Each municipality's answers stand in rows of the survey that was received; yes and no have roles of their own.
_EVIDENCE = """
insert into mart_kpi_evidence by name
select '{kpi_id}' as kpi_id, {year}::integer as fiscal_year, {code} as municipality_code,
    case when number <= {yes} then 'numerator' else 'population' end as role, file_id, sheet, row, '{field}' as field
from (select *, row_number() over (order by file_id, sheet, row) as number from staging.stg_survey__transfer_answers)
where number <= {respondents}
"""
_DECISION = """
update mart_decision set measured = k.value, numerator = k.numerator, denominator = k.denominator, verdict = 'met',
    verdict_reason = 'compared', would_hold_now = true, reason_ja = k.value || '%は、基準(50%以上)を満たします。',
    what_would_change_ja = (k.value - 50) || 'ポイント下がると、満たしません。'
from mart_kpi k where k.kpi_id = 'K602' and k.fiscal_year = {year} and k.municipality_code is null
    and mart_decision.kpi_id = 'K602'
"""


def survey(release: Path, folder: Path, answered: Mapping[tuple[str, int], Answers]) -> Path:
    """A copy of a release with these answers of people and no others.

    Args:
        release: a released candidate.
        folder: where the copy goes.
        answered: by KPI and fiscal year; the prefecture's figure is the sum.
    """
    shutil.copytree(release, folder, ignore=shutil.ignore_patterns("reports", "disclosure.json"))
    with duckdb.connect(str(folder / "warehouse.duckdb")) as con:
        con.execute(
            "delete from mart_kpi where kpi_id between 'K601' and 'K606' and municipality_code is not null"
        )
        con.execute("delete from mart_kpi_evidence where kpi_id between 'K601' and 'K606'")
        con.execute(
            "update staging.stg_survey__transfer_answers set has_successor = row % 2 = 0, has_handover = true"
        )
        for (kpi_id, year), towns in sorted(answered.items(), key=lambda item: (item[0][1], item[0][0])):
            con.execute(f"delete from mart_kpi where kpi_id = '{kpi_id}' and fiscal_year = {year}")
            whole = tuple(sum(town[i] for town in towns.values()) for i in (0, 1))
            for code, (respondents, yes) in {None: whole, **towns}.items():
                place = "null" if code is None else f"'{code}'"
                words = {
                    "kpi_id": kpi_id,
                    "year": year,
                    "code": place,
                    "respondents": respondents,
                    "yes": yes,
                }
                before = (
                    f"(select value from mart_kpi where kpi_id = '{kpi_id}' and fiscal_year = {year - 1} "
                    f"and municipality_code is not distinct from {place})"
                )
                target = "50" if code is None and kpi_id == "K602" else "null"
                con.execute(_KPI.format(target=target, previous=before, **words))
                con.execute(_EVIDENCE.format(field=_FIELDS[kpi_id], **words))
        con.execute(_DECISION.format(year=YEAR))
    return folder
