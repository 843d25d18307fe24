"""The annual evaluation report as data, built from the judged rows and from nothing else."""

from __future__ import annotations

from pipelines.ingest.municipalities import area_name
from pipelines.report.document import Report
from pipelines.report.edition import WORKING_COPY
from pipelines.report.evidence import gather
from pipelines.report.facts import Facts
from pipelines.report.karte import kartes
from pipelines.report.sections import (
    annex,
    collaboration,
    community,
    delivery,
    effect,
    logic_model,
    negative,
    outcomes,
    outputs,
    programme,
    r9,
    stage,
    summary,
)
from pipelines.report.sections.commentary import with_opinions
from pipelines.report.sections.difference import difference_sentence
from pipelines.report.wording import year_label


def build_report(facts: Facts) -> Report:
    """Every section of the report, with figures not drawn yet."""
    evidence = gather(facts)
    verdict = facts.verdict
    checks = f"合格({len(verdict.results)}件、例外承認{len(verdict.waived)}件、注意{len(verdict.warnings)}件)"
    return Report(
        title=f"{year_label(facts.fiscal_year)} 年次評価報告書",
        area=area_name(r["prefecture_name"] for r in facts.rows("from dim_municipality")),
        edition=facts.edition.label if facts.edition else WORKING_COPY,
        edition_note=difference_sentence(facts),
        fiscal_year=facts.fiscal_year,
        as_of=facts.as_of,
        release_id=str(facts.manifest["release_id"]),
        code_version=str(facts.manifest["code_version"]),
        is_sample=verdict.is_sample,
        verdict_text=checks if verdict.is_open else "不合格",
        sections=with_opinions(
            facts,
            (
                summary.build(facts),
                programme.build(facts),
                logic_model.build(facts),
                delivery.build(facts),
                outputs.build(facts),
                outcomes.build(facts),
                stage.build(facts),
                collaboration.build(facts),
                community.build(facts),
                effect.build(facts),
                r9.build(facts),
                negative.build(facts),
                annex.build(facts, evidence),
            ),
        ),
        evidence=evidence,
        kartes=kartes(facts),
    )
