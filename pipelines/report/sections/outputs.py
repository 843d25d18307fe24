"""What the dispatch and the municipalities produced, by theme."""

from __future__ import annotations

from pipelines.report.document import Block, Cell, Column, Paragraph, Section, Table
from pipelines.report.facts import Facts, Row
from pipelines.report.wording import NO_VALUE, number_text, short_date, year_label


def build(facts: Facts) -> Section:
    """テーマ別の成果物."""
    rows = facts.of_year("mart_output", "theme, municipality_code, deliverable_id")
    blocks: tuple[Block, ...] = (*(Paragraph(text) for text in _sentences(facts, rows)), _table(facts, rows))
    return Section("outputs", "テーマ別の成果物", tuple(blocks))


def _sentences(facts: Facts, rows: list[Row]) -> list[str]:
    if not rows:
        return [f"成果物は示せません。{facts.kpi('K212').reason or '成果物の台帳に行がないため'}です。"]
    dispatched = [r for r in rows if r["is_from_dispatch"]]
    unaided = [r for r in rows if r["completed_date"] and not r["has_outside_support"]]
    return [
        f"{year_label(facts.fiscal_year)}の台帳にある成果物は{number_text(len(rows))}件で、"
        f"基準日までに完成したのは{number_text(sum(r['completed_date'] is not None for r in rows))}件、"
        f"決裁されたのは{number_text(sum(r['approved_date'] is not None for r in rows))}件です。"
        f"派遣による成果物は{number_text(len(dispatched))}件で、そのうち採用(決裁)されたのは{facts.kpi('K212').text}(K212)です。"
        f"外部の支援を受けずに完成したのは{number_text(len(unaided))}件で、段階の「自己解決」の裏付けになります。"
    ]


def _table(facts: Facts, rows: list[Row]) -> Table:
    lines = tuple(
        (
            Cell(r["municipality_name"]),
            Cell(r["deliverable_id"]),
            Cell(r["name"]),
            Cell(short_date(r["completed_date"])),
            Cell(short_date(r["approved_date"])),
            Cell("○" if r["is_from_dispatch"] else NO_VALUE),
            Cell("あり" if r["has_outside_support"] else "なし"),
        )
        for r in rows
    )
    columns = (
        Column("団体", width=3),
        Column("番号", width=3.2),
        Column("成果物", width=9),
        Column("完成", width=2.4),
        Column("決裁", width=2.4),
        Column("派遣による", "center", 2.4),
        Column("外部の支援", "center", 2.4),
    )
    return Table(
        "outputs",
        "成果物(テーマ別)",
        columns,
        lines,
        f"完成・決裁は基準日まで。{NO_VALUE}は、まだか、該当しないもの。",
        groups=tuple(facts.label("themes", r["theme"]) for r in rows),
        empty_reason="該当なし。この年度の成果物の台帳を受領していないか、行がありません。",
    )
