"""What follows for the next year: the material for a decision that people take. Nothing here recommends."""

from __future__ import annotations

from collections import Counter

from pipelines.report.document import Answer, Block, Paragraph, Section
from pipelines.report.facts import Facts
from pipelines.report.sections.effect_tables import HIDDEN, VERDICTS
from pipelines.report.sections.r9_costs import (
    bases,
    by_municipality,
    label_of,
    options,
    payers,
    shares,
    terms,
)
from pipelines.report.sections.r9_tables import changes, criteria, judged, policy_cells
from pipelines.report.wording import number_text

_QUESTIONS = ("necessity", "effectiveness", "efficiency", "self_reliance", "fairness")
NO_RECOMMENDATION = "この章は判断の材料を並べるもので、どの案も推薦しません。判定も費用も、決められた規則と設定だけから計算しています。"


def build(facts: Facts) -> Section:
    """R9の判断材料."""
    blocks: list[Block] = [
        Answer(count_text(facts), NO_RECOMMENDATION),
        *(Paragraph(text) for text in _notes(facts)),
        criteria(facts),
        changes(facts),
        options(facts),
        payers(facts),
        bases(facts),
        terms(facts),
        by_municipality(facts),
        policy_cells(facts),
    ]
    return Section("next_year", f"{label_of(facts)}の判断材料", tuple(blocks))


def count_text(facts: Facts) -> str:
    """How many criteria came out how, in one sentence."""
    rows = judged(facts)
    if not rows:
        return "判断基準がないため、判定はありません。"
    counts = Counter(r["verdict"] for r in rows)
    named = [code for code in VERDICTS if code != HIDDEN or counts[code]]
    parts = "、".join(f"{VERDICTS[code]}{number_text(counts[code])}件" for code in named)
    return f"判断基準{number_text(len(rows))}件の判定は、{parts}です。"


def _notes(facts: Facts) -> list[str]:
    rows = judged(facts)
    texts = []
    if rows and all(r["is_default"] for r in rows):
        texts.append(
            "県の設定「判断基準」を受領していないため、基準は初期値によります。県の決定を経たものではありません。"
        )
    asked = {r["question"] for r in rows}
    missing = [facts.label("decision_questions", q) for q in _QUESTIONS if q not in asked]
    if missing:
        texts.append(f"次の観点には、判断基準がありません: {'、'.join(missing)}。")
    late = [r["criterion_id"] for r in rows if r["is_post_hoc"]]
    if late:
        texts.append(f"事後分析(成果の後に受領した計画)による判定があります: {'、'.join(late)}。")
    costs = shares(facts)
    if any(r["tax_unset"] for r in costs):
        texts.append("特別交付税の措置率が未設定の案があります。見込額は、率と出典を設定すると示されます。")
    if any(r["unknown"] for r in costs):
        texts.append(
            "単価がないため、費用を計算できない選択肢があります(－)。理由は「費用の単価の根拠」の表にあります。"
        )
    return texts
