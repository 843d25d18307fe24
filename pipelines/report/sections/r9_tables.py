"""Tables of the decision: criteria with what would change them, options, who would pay. Every number from the decision's marts."""

from __future__ import annotations

from decimal import Decimal

from pipelines.report.disclosure.wording import LEGEND, SUPPRESSED
from pipelines.report.document import Cell, Column, Table
from pipelines.report.facts import Facts, Row
from pipelines.report.sections.effect_tables import HIDDEN, VERDICTS, verdict_cell
from pipelines.report.wording import NO_VALUE, minus_of, number_text, short_date

NO_CRITERIA = (
    "該当なし。この年度に有効な判断基準がありません。設定「判断基準」を受領すると、ここに判定が並びます。"
)
_TICKS = {"met": "✓ ", "not_met": "× ", "undecided": "? ", HIDDEN: ""}
# As mart_decision writes the unit of an analysis of shares.
_SHARE = "割合"
_KINDS = {"criterion": "判断基準", "option": "選択肢", "scenario": "負担の案", "parameter": "人件費単価"}


def judged(facts: Facts) -> list[Row]:
    """Every criterion of the year with its verdict."""
    return facts.of_year("mart_decision", "criterion_id")


def verdict_mark(verdict: str) -> Cell:
    """The verdict with a sign that a copy in grey keeps."""
    cell = verdict_cell(verdict)
    return Cell(_TICKS[verdict] + VERDICTS[verdict], mark=cell.mark)


def value_text(facts: Facts, row: Row, value: Decimal | None) -> str:
    """A value of a criterion with its unit, to the digits that its KPI shows."""
    if value is None:
        return SUPPRESSED if row["verdict"] == HIDDEN else NO_VALUE
    number, unit = _written(row, value)
    return f"{number_text(number, _decimals(facts, row), minus_of(unit))}{unit}"


def _written(row: Row, value: Decimal) -> tuple[Decimal, str]:
    """A number and its unit as people read them: a difference of shares is one of percentage points."""
    return (value * 100, "ポイント") if row["unit"] == _SHARE else (value, row["unit"] or "")


def _decimals(facts: Facts, row: Row) -> int:
    kpi = facts.kpis.get(row["kpi_id"] or "")
    return kpi.decimals if kpi else 0 if row["unit"] == _SHARE else 2


def _value_cell(facts: Facts, row: Row) -> Cell:
    text = value_text(facts, row, row["measured"])
    if row["measured"] is None:
        return Cell(text)
    number, unit = _written(row, row["measured"])
    decimals = _decimals(facts, row)
    return Cell(text, number, "#,##0" + ("." + "0" * decimals if decimals else "") + f'"{unit}"')


def threshold_text(facts: Facts, row: Row) -> str:
    """What a criterion asks for, in words."""
    if row["threshold"] is None:
        return NO_VALUE
    number, unit = _written(row, row["threshold"])
    decimals = max(0, -int(number.normalize().as_tuple().exponent))
    text = f"{number_text(number, decimals)}{unit}"
    if row["comparator"] is None:
        return f"分析の判定(見合う最小 {text})"
    return f"{text}{facts.label('comparators', row['comparator'])}"


def criteria(facts: Facts) -> Table:
    """Every criterion with its value and its verdict."""
    rows = judged(facts)
    lines = tuple(
        (
            Cell(r["kpi_id"] or r["analysis_id"] or NO_VALUE),
            Cell(r["criterion_id"]),
            Cell(facts.label("decision_questions", r["question"])),
            Cell(r["statement"]),
            Cell(r["measure_ja"] or "定義がない"),
            _value_cell(facts, r),
            Cell(threshold_text(facts, r)),
            Cell(_evidence(facts, r)),
            Cell(facts.label("judging_times", r["judged_at"])),
            verdict_mark(r["verdict"]),
        )
        for r in rows
    )  # fmt: skip
    columns = (
        Column("指標", width=3),
        Column("基準", width=2.7),
        Column("観点", "center", 4.2),
        Column("内容", width=12.4),
        Column("見るもの", width=9),
        Column("値", "right", 5),
        Column("基準値", "right", 7),
        Column("根拠(必要な根拠)", width=6.6),
        Column("時点", "center", 5.8),
        Column("判定", "center", 7.4),
    )
    ids = tuple(r["kpi_id"] or "" for r in rows)
    note = _decided(rows) + legend(rows)
    return Table("criteria", "判断基準と判定", columns, lines, note, ids, empty_reason=NO_CRITERIA)


def legend(rows: list[Row]) -> str:
    """What 秘匿 means, where it stands."""
    return LEGEND if any(r["verdict"] == HIDDEN for r in rows) else ""


def _evidence(facts: Facts, row: Row) -> str:
    actual = facts.label("decision_evidence_classes", row["evidence_class"])
    return f"{actual}({facts.label('decision_evidence_classes', row['required_evidence_class'])})"


def _decided(rows: list[Row]) -> str:
    by = sorted({(r["approver"], r["valid_from"]) for r in rows if not r["is_default"]}, key=str)
    return "、".join(f"{approver}が決定、{short_date(day)}から適用" for approver, day in by) + (
        "。" if by else ""
    )


def changes(facts: Facts) -> Table:
    """Why each verdict is as it is, and what would change it."""
    lines = tuple(
        (
            Cell(r["criterion_id"]),
            verdict_mark(r["verdict"]),
            Cell(r["reason_ja"]),
            Cell(r["what_would_change_ja"]),
        )
        for r in judged(facts)
    )
    columns = (
        Column("基準", width=2.4),
        Column("判定", "center", 6.6),
        Column("理由", width=20),
        Column("何が変われば、判定が変わるか", width=20),
    )
    return Table("criteria_changes", "判定の理由と、変わる条件", columns, lines, empty_reason=NO_CRITERIA)


def _rows_text(row: Row) -> str:
    first, last = number_text(row["first_row"]), number_text(row["last_row"])
    return first if first == last else f"{first}〜{last}"


def policy_cells(facts: Facts) -> Table:
    """The received cells that criteria, options and scenarios were read from."""
    rows = facts.rows(
        """
        select e.subject_kind, f.path, e.sheet, count(distinct e.subject_id) as subjects, min(e.row) as first_row,
            max(e.row) as last_row, count(*) as cells
        from mart_decision_evidence e
        inner join (select file_id, min(path) as path from files group by 1) f on f.file_id = e.file_id
        where e.fiscal_year = ? group by 1, 2, 3 order by 1, 2, 3
        """,
        facts.fiscal_year,
    )
    lines = tuple(
        (
            Cell(_KINDS[r["subject_kind"]]),
            Cell(r["path"].split("/")[-1]),
            Cell(r["sheet"]),
            Cell(_rows_text(r)),
            Cell(number_text(r["cells"]), r["cells"], "#,##0"),
        )
        for r in rows
    )
    columns = (
        Column("設定", width=4),
        Column("ファイル", width=12),
        Column("シート", width=5),
        Column("行", "right", 3),
        Column("セル", "right", 2),
    )
    return Table(
        "policy_cells",
        "判断と費用のもとになった設定のセル",
        columns,
        lines,
        "セルごとの場所は、倉庫の表 mart_decision_evidence にあります。",
        empty_reason="該当なし。設定を受領していないため、初期値によります。",
    )
