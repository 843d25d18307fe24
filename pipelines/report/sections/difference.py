"""前の版との違い: what changed since the edition issued before, and why. A working copy has none."""

from __future__ import annotations

from collections import defaultdict

from pipelines.report.difference import Difference
from pipelines.report.document import Block, Cell, Column, Paragraph, Table
from pipelines.report.facts import Facts, Row
from pipelines.report.sections.effect_tables import ROLES, VERDICTS
from pipelines.report.wording import (
    NO_VALUE,
    minus_of,
    number_cell,
    number_text,
    short_date,
    signed_text,
    stage_label,
)

WORKING = (
    "該当なし。これは作業版で、発行した版ではありません。"
    "発行する版(暫定・確定・追補)には、ここに前の版との違いと、その原因のファイルが入ります。"
)
FIRST = "該当なし。この年度に、これより前に発行した版はありません。"


def difference_sentence(facts: Facts) -> str:
    """How this edition differs from the one before, in one sentence; empty in a working copy."""
    if facts.edition is None:
        return ""
    if (found := facts.difference) is None:
        return "この年度に、これより前に発行した版はありません。"
    if not found.is_comparable:
        return _incomparable(found)
    parts = (
        f"県全体のKPI{number_text(len(found.kpis))}件",
        f"段階{number_text(len(found.stages))}団体",
        f"判定{number_text(found.verdict_count)}件",
    )
    return f"前の版({_name(found)})から、{'、'.join(parts)}が変わりました。原因のファイルは付録「前の版との違い」にあります。"


def blocks(facts: Facts) -> list[Block]:
    """The part of the annex."""
    heading = Paragraph("前の版との違い", "heading")
    if facts.edition is None:
        return [heading, Paragraph(WORKING)]
    if (found := facts.difference) is None:
        return [heading, Paragraph(FIRST)]
    if not found.is_comparable:
        return [heading, Paragraph(_incomparable(found))]
    text = (
        f"前の版({_name(found)})と比べました。"
        f"このほか、団体ごとの値と前の年度の値が{number_text(found.others)}件変わっています(kyoso releases diff で、すべて見られます)。"
    )
    return [heading, Paragraph(text), _kpis(facts, found), _files(found), _stages(found), _verdicts(found)]


def _incomparable(found: Difference) -> str:
    return f"前の版({_name(found)})は、表の形が違うプログラムで作られたため、違いを示せません。"


def _name(found: Difference) -> str:
    return f"{found.previous.label}、基準日{short_date(found.previous.as_of)}"


def _kpis(facts: Facts, found: Difference) -> Table:
    lines = tuple(
        (
            Cell(r["kpi_id"]),
            Cell(r["name_ja"] or NO_VALUE),
            *(_value(facts, r, name) for name in ("before_value", "after_value")),
            _change(facts, r),
            Cell(_cause(r)),
        )
        for r in found.kpis
    )
    columns = (
        Column("番号", width=2.9),
        Column("KPI", width=12),
        Column("前の版", "right", 6.4),
        Column("この版", "right", 6.4),
        Column("差", "right", 6.4),
        Column("原因", width=25),
    )
    return Table(
        "changed_kpis",
        f"変わったKPI(県全体、{number_text(len(lines))}件)",
        columns,
        lines,
        "ファイルは、値の根拠に加わったもの(+)と外れたもの(−)です。値に響かなかった再提出を含むことがあります。",
        kpi_ids=tuple(r["kpi_id"] for r in found.kpis),
        empty_reason="該当なし。県全体のKPIに変化はありません。",
    )


def _decimals(facts: Facts, row: Row) -> int:
    known = facts.kpis.get(row["kpi_id"])
    return known.decimals if known else 1


def _value(facts: Facts, row: Row, name: str) -> Cell:
    return number_cell(row[name], _decimals(facts, row), minus=minus_of(row["unit"] or ""))


def _change(facts: Facts, row: Row) -> Cell:
    if row["change"] is None:
        return Cell("値が生じた" if row["before_value"] is None else "値がなくなった")
    minus = minus_of(row["unit"] or "")
    text = signed_text(row["change"], _decimals(facts, row), minus)
    plain = number_cell(row["change"], _decimals(facts, row), minus=minus, is_signed=True)
    return Cell(text, plain.number, plain.number_format)


def _cause(row: Row) -> str:
    if row["cause"] != "ファイル":
        return {"プログラム": "計算の方法が替わった", "基準日": "基準日が進んだ"}[row["cause"]]
    parts = [_named("+", row["files_in"]), _named("−", row["files_out"])]
    return " ".join(part for part in parts if part)


def _named(sign: str, paths: str | None) -> str:
    names = [path.rsplit("/", 1)[-1] for path in (paths or "").split("、") if path]
    if not names:
        return ""
    more = f" ほか{len(names) - 1}件" if len(names) > 1 else ""
    return f"{sign}{names[0]}{more}"


def _files(found: Difference) -> Table:
    """Every file by its name; those of one folder that stand behind the same figures share a line."""
    together: dict[tuple[str, bool, tuple[str, ...]], list[str]] = defaultdict(list)
    for file in found.files:
        folder, _, name = file.path.rpartition("/")
        together[folder, file.is_new, file.kpi_ids].append(name)
    lines = tuple(
        (
            Cell("加わった" if is_new else "外れた"),
            Cell(folder),
            number_cell(len(names)),
            Cell("、".join(names)),
            Cell("、".join(kpi_ids)),
        )
        for (folder, is_new, kpi_ids), names in together.items()
    )
    columns = (
        Column("区分", width=5),
        Column("受領したフォルダ", width=14),
        Column("件数", "right", 3),
        Column("ファイル", width=26),
        Column("変わったKPIの番号", width=14),
    )
    return Table(
        "changed_files",
        f"原因のファイル({number_text(len(found.files))}件)",
        columns,
        lines,
        empty_reason="該当なし。根拠のファイルに、変わったものはありません。",
    )


def _stages(found: Difference) -> Table:
    lines = tuple(
        (
            Cell(r["name"] or r["municipality_code"]),
            Cell(_stage(r["before_stage"], is_to_confirm=r["before_to_confirm"])),
            Cell(_stage(r["after_stage"], is_to_confirm=r["after_to_confirm"])),
        )
        for r in found.stages
    )
    columns = (Column("団体"), Column("前の版"), Column("この版"))
    return Table(
        "changed_stages",
        f"裏付けられた段階の変わった団体({number_text(len(lines))}団体)",
        columns,
        lines,
        empty_reason="該当なし。段階と要確認の変わった団体はありません。",
    )


def _stage(stage: str | None, *, is_to_confirm: bool | None) -> str:
    return f"{stage_label(stage)}{'(要確認)' if is_to_confirm else ''}"


def _verdicts(found: Difference) -> Table:
    lines = [
        (
            Cell(f"分析 {r['id']}({ROLES.get(r['role'], r['role'])})"),
            Cell(_effect(r, "before")),
            Cell(_effect(r, "after")),
        )
        for r in found.effects
    ]
    lines += [
        (
            Cell(f"判断基準 {r['id']}"),
            Cell(VERDICTS.get(r["before_verdict"], r["before_verdict"] or NO_VALUE)),
            Cell(VERDICTS.get(r["after_verdict"], r["after_verdict"] or NO_VALUE)),
        )
        for r in found.criteria
    ]
    columns = (Column("対象", width=1.3), Column("前の版", width=2), Column("この版", width=2))
    return Table(
        "changed_verdicts",
        f"変わった推定と判定({number_text(len(lines))}件)",
        columns,
        tuple(lines),
        empty_reason="該当なし。推定と判定に変化はありません。",
    )


def _effect(row: Row, side: str) -> str:
    verdict = row[f"{side}_verdict"]
    if verdict is None:
        return NO_VALUE
    estimate = row[f"{side}_estimate"]
    shown = f"推定 {number_text(estimate, 2)}、" if estimate is not None else "推定なし、"
    return f"{VERDICTS[verdict]}({shown}{row[f'{side}_registration']})"
