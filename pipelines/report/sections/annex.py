"""Annex: what was received, what was set aside, who excused what, definitions, method and evidence."""

from __future__ import annotations

from pipelines.report.disclosure import audit
from pipelines.report.disclosure.wording import SUPPRESSED
from pipelines.report.document import Block, Bullets, Cell, Column, Evidence, Paragraph, Section, Table
from pipelines.report.facts import Facts
from pipelines.report.sections import difference
from pipelines.report.sections.earlier_keys import earlier_keys
from pipelines.report.wording import number_cell, number_text, short_date

METHOD = (
    "段階は、4つの能力(判断・活用・自己解決・牽引)のそれぞれが、評点の平均(共通項目だけ)と裏付けの件数の両方で基準に届くかで決めます。派遣そのものが生む記録(派遣の訪問、派遣による成果物)は裏付けに数えません。",
    "評価は、その年度の最新の調査回を使い、県、事業者、自己の順に優先します。",
    "計画人回は、その月に有効な計画の版によります。月の途中の開始・終了と基準日の月は日数で按分し、四捨五入します。",
    "共同調達の削減額は、単独で調達した場合の額から負担額を引いたもので、実測・自己申告・試算を足し合わせません。",
    "チャットは件数だけを扱い、本文は取り込みません。人は仮名で扱い、この報告書には出しません。",
    "年度の終わる前のKPIの判定は「現時点」です。値のないKPIは、理由を添えて必ず示します。",
    "数値は、表示する桁へ四捨五入しています。割合・差・合計は丸める前の値から計算するため、表示した数どうしの計算とは合わないことがあります。",
    "派遣を受けなかった団体との比較は、受領した分析計画のとおりに行い、計画に登録された分析のすべてを示します。計画を成果の調査票より後に受領したときは、事後分析と示します。",
)

FINDINGS_SHOWN = 60
_NO_KPI = "該当なし。KPIが定義されていません。"


def build(facts: Facts, evidence: tuple[Evidence, ...]) -> Section:
    """付録."""
    blocks: list[Block] = [
        Paragraph("データの品質", "heading"),
        Paragraph(_quality_text(facts)),
        _sources(facts),
        _findings(facts),
        _submissions(facts),
        _checks(facts),
        _waivers(facts),
        Bullets("method", "方法と前提", (*METHOD, *earlier_keys(facts))),
        *audit.blocks(facts),
        *difference.blocks(facts),
        _definitions(facts),
        _evidence_index(evidence),
    ]
    return Section("annex", "付録: データの品質・方法・定義・証跡", tuple(blocks))


def _quality_text(facts: Facts) -> str:
    verdict = facts.verdict
    failed = len(verdict.warnings)
    return (
        f"公開前の検査{len(verdict.results)}件のうち、通らなかったものは{len(verdict.reasons)}件、注意が{failed}件、例外承認によるものが{len(verdict.waived)}件です。"
        f"検査した{len(verdict.fingerprints)}表、{verdict.judged_rows:,}行だけから、この報告書を作りました。"
    )


def _sources(facts: Facts) -> Table:
    rows = facts.rows(
        """
        with f as (
            select source, count(*) as files, count(*) filter (where status <> 'landed') as refused
            from files where source <> '' group by 1
        ),
        c as (
            select source, sum(rows_in) as rows_in, sum(rows_landed) as landed, sum(rows_set_aside) as aside
            from reconciliation group by 1
        ),
        n as (select distinct source, source_label from datasets)
        select n.source_label, f.*, coalesce(c.rows_in, 0) as rows_in, coalesce(c.landed, 0) as landed, coalesce(c.aside, 0) as aside
        from f inner join n on n.source = f.source left join c on c.source = f.source order by f.source
        """
    )
    lines = tuple(
        (
            Cell(r["source_label"]),
            *(number_cell(r[k]) for k in ("files", "refused", "rows_in", "landed", "aside")),
        )
        for r in rows
    )
    columns = (
        Column("資料", width=2),
        *(
            Column(c, "right")
            for c in ("受領(ファイル)", "読めない(ファイル)", "行", "取り込んだ行", "保留した行")
        ),
    )
    return Table(
        "sources",
        "受領した資料",
        columns,
        lines,
        "行 = 取り込んだ行 + 保留した行。古い版の提出も含みます。",
        empty_reason="該当なし。基準日までに受領した資料がありません。",
    )


def _findings(facts: Facts) -> Table:
    rows = facts.rows(
        """
        select f.severity, coalesce(m.name, '－') as name, f.path, f.sheet, f.cell, f.message, f.suggestion
        from findings f left join dim_municipality m on m.municipality_code = f.municipality_code
        where f.is_in_force and f.severity in ('error', 'warning') order by f.severity, f.path, f.sheet, f.row, f.cell, f.message
        """
    )
    lines = tuple(
        (
            Cell("要修正" if r["severity"] == "error" else "要確認"),
            Cell(r["name"]),
            Cell(r["path"].split("/")[-1]),
            Cell(" ".join(p for p in (r["sheet"], r["cell"]) if p)),
            Cell(r["message"]),
        )
        for r in rows[:FINDINGS_SHOWN]
    )
    columns = (
        Column("区分", width=4),
        Column("団体", width=4.4),
        Column("ファイル", width=15.5),
        Column("場所", width=12),
        Column("指摘", width=26),
    )
    more = f"ほか{len(rows) - FINDINGS_SHOWN}件。" if len(rows) > FINDINGS_SHOWN else ""
    return Table(
        "findings",
        f"未解決の指摘({len(rows)}件)",
        columns,
        lines,
        f"{more}直し方は夜間レポートと修正依頼にあります。",
        empty_reason="未解決の指摘はありません。",
    )


def _submissions(facts: Facts) -> Table:
    rows = facts.rows(
        "select dataset_label, period, municipality_name, due_date, state from mart_submission "
        "where state in ('未提出', '全行保留', '取下げ', '遅延受領') order by state, dataset_label, period, municipality_code"
    )
    lines = tuple(
        (
            Cell(r["state"]),
            Cell(r["dataset_label"]),
            Cell(r["period"]),
            Cell(r["municipality_name"]),
            Cell(short_date(r["due_date"])),
        )
        for r in rows
    )
    columns = (Column("状態"), Column("様式", width=2), Column("対象期間"), Column("団体"), Column("期限"))
    return Table(
        "submissions", "未提出・遅延", columns, lines, empty_reason="期限を過ぎた未提出と遅延はありません。"
    )


def _checks(facts: Facts) -> Table:
    shown = [r for r in facts.verdict.results if r.state != "passed"]
    lines = tuple(
        (
            Cell(r.id),
            Cell(r.title),
            Cell({"failed": "注意", "waived": "例外承認"}[r.state]),
            Cell(r.observed),
            Cell(r.why),
        )
        for r in shown
    )
    columns = (
        Column("検査", width=1.1),
        Column("内容", width=2.4),
        Column("結果", width=0.8),
        Column("見つかったこと", width=1.6),
        Column("なぜ調べるか", width=2.6),
    )
    return Table(
        "checks",
        "通らなかった検査",
        columns,
        lines,
        empty_reason=f"検査{len(facts.verdict.results)}件のすべてを通りました。",
    )


def _waivers(facts: Facts) -> Table:
    lines = tuple(
        (
            Cell(w.waiver_id),
            Cell(w.expectation_id),
            Cell(w.scope or "全体"),
            Cell(w.reason),
            Cell(w.approver),
            Cell(short_date(w.expires_date)),
            Cell("使った" if w.used_for else "使わなかった"),
        )
        for w in facts.verdict.waivers
    )
    columns = (
        Column("番号", width=3.4),
        Column("検査", width=5.4),
        Column("対象", width=9),
        Column("理由", width=20),
        Column("承認者", width=9),
        Column("有効期限", width=4.6),
        Column("この版で", width=6.4),
    )
    return Table("waivers", "例外承認", columns, lines, empty_reason="有効な例外承認はありません。")


def _definitions(facts: Facts) -> Table:
    lines = tuple(
        (Cell(k.kpi_id), Cell(k.name_ja), Cell(k.kind), Cell(k.formula_ja), Cell(facts.sources(k)))
        for k in facts.kpis.values()
    )
    columns = (
        Column("番号", width=2.9),
        Column("KPI", width=12.5),
        Column("種別", width=6.8),
        Column("計算", width=26),
        Column("もとの資料", width=13),
    )
    return Table("definitions", "KPIの定義", columns, lines, empty_reason=_NO_KPI)


def _evidence_index(evidence: tuple[Evidence, ...]) -> Table:
    lines = tuple(
        (
            Cell(e.subject_id),
            Cell(e.name),
            *(Cell(SUPPRESSED) if e.is_suppressed else number_cell(n) for n in (e.row_count, e.file_count)),
            Cell(
                f"{e.rows[0].path.split('/')[-1]} {e.rows[0].sheet} {e.rows[0].cell}"
                if e.rows
                else (SUPPRESSED if e.is_suppressed else "根拠の行なし")
            ),
        )
        for e in evidence
    )
    columns = (
        Column("番号", width=2.9),
        Column("名前", width=16.5),
        Column("行", "right", 3.2),
        Column("ファイル", "right", 4.8),
        Column("最初の行(ファイル、シート、セル)", width=32),
    )
    row_count = number_text(sum(e.row_count for e in evidence))
    note = f"根拠の行は延べ{row_count}行です。行ごとのセルと記入された文字は、HTML版の「証跡」で見られます。"
    return Table("evidence_index", "証跡の索引", columns, lines, note, empty_reason=_NO_KPI)
