"""Did it work: the registered analyses, their uncertainty, and what they must be read with.

Sentences about a result come with the result (`reading_ja`), so that no document can say more than
the rule that judged it. This module only chooses and arranges.
"""

from __future__ import annotations

from datetime import date

from pipelines.report.document import Answer, Block, Bullets, Paragraph, Section
from pipelines.report.facts import Facts, Row
from pipelines.report.sections.effect_tables import (
    ROLES,
    VERDICTS,
    amount,
    analyses,
    balance,
    effect_figure,
    evidence_rows,
    sensitivity,
)
from pipelines.report.wording import number_text, short_date, year_label

_HASH_SHOWN = 12
NO_PLAN = (
    "該当なし。分析計画(設定)を受領していないため、派遣を受けた団体と受けなかった団体を比べた推定はありません。"
    "計画は、成果の調査票より先に受領したものだけが事前登録になります。"
)
_LEADS = {
    "met": "派遣を受けた団体は、比べた団体より、費用に見合う大きさで進んでいます(満たす)。",
    "not_met": "派遣を受けた団体が、比べた団体より、費用に見合う大きさで進んだとはいえません(満たさない)。",
    "undecided": "派遣を受けた団体が、比べた団体より進んだかどうかは、この証拠では判断できません(判定不能)。",
}
_METHOD = (
    "評点のp値と信頼区間は、派遣の団体を層の中で選び直す並べ替えによります(分散の違いに頑健な統計量の検定と、その反転)。"
    "到達の割合のp値はフィッシャーの正確検定、信頼区間はニューコムの方法によります。",
    "比べる両群が、層と基準時の評点が同じなら派遣がなくても同じように変わった、という前提に立ちます。"
    "手を挙げた団体はもともと意欲が高い可能性があり、この前提は確かめられません。",
    "標準化差の大きさが四分の一を超える項目では、調整した結果が調整の方法に左右されます。",
)


def headline(facts: Facts) -> Row | None:
    """The analysis that answers: the primary one once it has a result, before that an interim one."""
    rows = facts.of_year("mart_effect", "plan_id, analysis_id")
    order = {"primary": 0, "interim": 1, "secondary": 2}
    ranked = sorted(
        rows, key=lambda r: (r["estimate"] is None, order.get(r["role"], 3), r["outcome"] != "common_score")
    )
    return ranked[0] if ranked else None


def lead_of(row: Row) -> str:
    """The answer of an analysis in one sentence."""
    prefix = "中間の分析では、" if row["role"] == "interim" else ""
    late = "(事後分析)" if row["is_post_hoc"] else ""
    return f"{prefix}{_LEADS[row['verdict']]}{late}"


def short(row: Row) -> str:
    """Estimate, interval and verdict in a clause, for the first page."""
    if row["estimate"] is None:
        return f"派遣を受けなかった団体との比較は、まだ結果がありません({row['reading_ja'].rstrip('。')})。"
    low, high = amount(row, row["interval_low"]), amount(row, row["interval_high"])
    return (
        f"派遣を受けなかった団体との比較({ROLES[row['role']]}の分析)では、差の推定は{amount(row, row['estimate'])}"
        f"(信頼区間 {low}〜{high})で、判定は「{VERDICTS[row['verdict']]}」です。{_warning(row)}"
    )


def _warning(row: Row) -> str:
    """What takes from a result's weight, however it came out: a plan that was late, or changed on the way."""
    if row["plan_seen_date"] is not None:
        return f"分析計画を初めて見たのは{short_date(row['plan_seen_date'])}で、成果の調査票より後です。"
    if row["plan_version_count"] > 1:
        first, now = short_date(row["first_plan_received_date"]), short_date(row["plan_received_date"])
        return f"分析計画は途中で変わっています(最初は{first}、今の計画は{now}に受領)。"
    return ""


def short_of_none(facts: Facts) -> str:
    """Why there is no comparison, for the first page."""
    if gone := _withdrawn(facts):
        return f"派遣を受けなかった団体との比較は、{short_date(gone)}に受領した分析計画が取り下げられたため行っていません。"
    return "派遣を受けなかった団体との比較は、分析計画がないため行っていません。"


def build(facts: Facts) -> Section:
    """効果の推定."""
    chosen = headline(facts)
    if chosen is None:
        return Section("effect", "効果の推定", (Paragraph(_absent(facts)),))
    blocks: list[Block] = [
        Answer(lead_of(chosen), chosen["reading_ja"]),
        *(Paragraph(text) for text in _plans(facts)),
        analyses(facts),
        effect_figure(facts, chosen),
        balance(facts, chosen),
        sensitivity(facts),
        Bullets("effect_notes", "結果の読み方", (*_readings(facts), *_METHOD)),
        evidence_rows(facts),
    ]
    return Section("effect", "効果の推定", tuple(blocks))


def _absent(facts: Facts) -> str:
    """Why there is nothing; a plan that was there once and is gone must not look as if there never was one."""
    gone = _withdrawn(facts)
    return (
        f"{NO_PLAN}{short_date(gone)}に受領した分析計画がありますが、取り下げられ、いまは有効ではありません。"
        if gone
        else NO_PLAN
    )


def _withdrawn(facts: Facts) -> date | None:
    """When the last plan that no longer counts was received."""
    rows = facts.rows(
        "select max(received_date) as day from submissions where dataset = 'policy__analysis_plans' and not is_in_force"
    )
    day: date | None = rows[0]["day"]
    return day


def _plans(facts: Facts) -> list[str]:
    """Which plan, when it came, and whether before the outcomes: one sentence per plan and outcome."""
    rows = facts.rows(
        "select plan_id, approver, registered_date, plan_hash, plan_received_date, plan_version_count, first_plan_received_date, "
        "outcome_wave, outcome_received_date, plan_seen_date, outcome_seen_date, is_post_hoc "
        "from mart_effect where fiscal_year = ? group by all "
        "order by plan_id, outcome_received_date nulls last, outcome_wave",
        facts.fiscal_year,
    )
    texts: dict[str, str] = {}
    for row in rows:
        if row["plan_id"] not in texts:
            texts[row["plan_id"]] = _plan(row)
        wave = facts.label("assessment_waves", row["outcome_wave"])
        texts[row["plan_id"]] += _timing(row, wave)
    return list(texts.values())


def _plan(row: Row) -> str:
    text = (
        f"分析計画 {row['plan_id']}({row['approver'] or '登録者の記入なし'}、{short_date(row['registered_date'])}登録)は、"
        f"{short_date(row['plan_received_date'])}に受領しました(ファイルのハッシュ {row['plan_hash'][:_HASH_SHOWN]}…)。"
    )
    if row["plan_version_count"] > 1:
        text += (
            f"この計画は{number_text(row['plan_version_count'])}回受領しており、最初は{short_date(row['first_plan_received_date'])}です。"
            "途中で変わっています。"
        )
    return text


def _timing(row: Row, wave: str) -> str:
    if row["outcome_received_date"] is None:
        return f"{wave}の調査票はまだ受領していません。"
    day = short_date(row["outcome_received_date"])
    if row["plan_seen_date"] is not None and row["plan_received_date"] < row["outcome_received_date"]:
        return (
            f"受領日フォルダの日付は{wave}の調査票の最初の受領({day})より前ですが、計画のファイルを初めて見たのは"
            f"{short_date(row['plan_seen_date'])}で、{wave}の調査票を初めて見た{short_date(row['outcome_seen_date'])}より後です。"
            "フォルダの日付にかかわらず、その結果は事後分析です。"
        )
    if row["is_post_hoc"]:
        return f"{wave}の調査票の最初の受領({day})と同じ日か、それより後なので、その結果は事後分析です。"
    return f"{wave}の調査票の最初の受領({day})より前なので、その結果は事前登録によるものです。"


def _readings(facts: Facts) -> list[str]:
    rows = facts.of_year("mart_effect", "plan_id, analysis_id")
    return [
        f"{r['analysis_id']}({ROLES[r['role']]}、{facts.label('effect_outcomes', r['outcome'])}、"
        f"{facts.label('assessment_waves', r['outcome_wave'])}): {r['reading_ja']}"
        for r in rows
    ] + ([] if rows else [f"該当なし。{year_label(facts.fiscal_year)}の分析がありません。"])
