"""The rows of evidence of a whole year, for a document: as many as it has room for, with what stands in each cell."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from pipelines.ingest.contracts import all_datasets
from pipelines.model.rows import rows_of
from pipelines.report.document import EvidenceRow
from pipelines.report.evidence_cells import CHAT, ROLES, Found, look_up
from pipelines.report.facts import Facts, Row

MASKED = "非表示"
EMPTY = "(空欄)"
# What becomes of a respondent's answer, above the line or below, would tell the answer: such rows have one role,
# stand in the order of their places, and each cell once.
ANSWER = "answer"
_ROLES = ROLES | {ANSWER: "回答"}
ROLE_LABELS = tuple(_ROLES.values())
Subject = tuple[str, str]

# Every piece of evidence of the year by what it is evidence of: a KPI, of one municipality or of all, an analysis
# under its number, a criterion, an option or a scenario. What a cost rests on besides belongs to every option.
_ASKED = """
create or replace temp table asked as
with analyses as (select analysis_id, count(distinct plan_id) as plans from mart_effect where fiscal_year = $year group by 1),
evidence as (
    select kpi_id as subject, coalesce(municipality_code, '') as code, role, file_id, sheet, row, field
    from mart_kpi_evidence where fiscal_year = $year
    union all
    select case when a.plans > 1 then e.plan_id || '/' else '' end || e.analysis_id, '', e.role, e.file_id, e.sheet,
        e.row, e.field
    from mart_effect_evidence e inner join analyses a on a.analysis_id = e.analysis_id where e.fiscal_year = $year
    union all
    select coalesce(o.subject_id, e.subject_id), '', 'criterion', e.file_id, e.sheet, e.row, e.field
    from mart_decision_evidence e
    left join (
        select distinct subject_id from mart_decision_evidence where subject_kind = 'option' and fiscal_year = $year
    ) o on e.subject_kind = 'parameter'
    where e.fiscal_year = $year
)
select distinct e.subject, e.code, case when list_contains($of_people, f.source || '.' || e.field) then $answer else e.role end as role,
    e.file_id, coalesce(e.sheet, '') as sheet, e.row, e.field, f.source, f.path
from evidence e
inner join (select file_id, min(source) as source, min(path) as path from files group by 1) f on f.file_id = e.file_id
"""
_COUNTS = "select code = '' as is_whole, count(*) as row_count from asked group by subject, code"
# What is shown of a long list comes from every role and source in turn, not from the one that sorts first.
_ROWS = """
with in_turn as (
    select *, row_number() over (partition by subject, code, role, source order by path, sheet, row, field) as turn
    from asked where code = '' or $has_parts
)
select *, count(*) over (partition by subject, code) as row_count, row_number() over (
        partition by subject, code
        order by role = 'numerator' desc, turn, role = 'criterion', role, source, path, sheet, row, field
    ) as position
from in_turn
qualify position <= $limit
order by subject, code, position
"""
_FILES = """
select subject, code, count(distinct path) as file_count from asked where code = '' or $has_parts group by all
"""


@dataclass(frozen=True)
class Rows:
    """Evidence of one subject: the first rows, and how many there are in all.

    Attributes:
        is_of_people: whether some of it is what single respondents or persons wrote.
    """

    rows: tuple[EvidenceRow, ...] = ()
    row_count: int = 0
    file_count: int = 0
    is_of_people: bool = False


def evidence_rows(facts: Facts, room: int) -> tuple[dict[Subject, Rows], bool]:
    """The evidence of every subject by its number and municipality (empty: the whole prefecture).

    Args:
        facts: the judged rows.
        room: how many rows there may be in all. Where there are more, each subject shows as many as the others.

    Returns:
        The rows, and whether there was room for those of single municipalities.
    """
    of_people = [f"{d.source}.{f.name}" for d in all_datasets().values() for f in d.fields if f.is_masked]
    facts.con.execute(_ASKED, {"year": facts.fiscal_year, "of_people": of_people, "answer": ANSWER})
    counts = rows_of(facts.con.execute(_COUNTS))
    wholes = [r["row_count"] for r in counts if r["is_whole"]]
    has_parts = sum(r["row_count"] for r in counts) <= room
    limit = max((r["row_count"] for r in counts), default=0) if has_parts else level(wholes, room)
    found = rows_of(facts.con.execute(_ROWS, {"has_parts": has_parts, "limit": limit}))
    counted = rows_of(facts.con.execute(_FILES, {"has_parts": has_parts}))
    files = {(r["subject"], r["code"]): r["file_count"] for r in counted}
    places = look_up(facts.con, {(r["file_id"], r["sheet"], r["row"], r["field"]) for r in found})
    by_subject: dict[Subject, list[tuple[Row, Found]]] = defaultdict(list)
    for r in found:
        place = places[r["file_id"], r["sheet"], r["row"], r["field"]]
        by_subject[r["subject"], r["code"]].append((r, place))
    return {subject: _rows(rows, files[subject]) for subject, rows in by_subject.items()}, has_parts


def level(counts: Iterable[int], room: int) -> int:
    """The highest limit on each count under which all of them together fit into the room.

    Example:
        >>> level([5, 100, 40], 65)
        30
    """
    left = sorted(counts)
    for position, count in enumerate(left):
        share = room // (len(left) - position)
        if count > share:
            return share
        room -= count
    return max(left, default=0)


def _rows(found: list[tuple[Row, Found]], file_count: int) -> Rows:
    is_of_people = any(row["role"] == ANSWER or place.is_masked for row, place in found)
    return Rows(tuple(_row(*each) for each in found), found[0][0]["row_count"], file_count, is_of_people)


def _row(row: Row, place: Found) -> EvidenceRow:
    is_hidden = row["role"] == ANSWER or place.is_masked or row["source"] == CHAT
    return EvidenceRow(
        _ROLES[row["role"]],
        row["path"],
        row["sheet"],
        place.cell or f"{row['row']}行目",
        place.label or str(row["field"] or ""),
        MASKED if is_hidden else place.text or EMPTY,
    )
