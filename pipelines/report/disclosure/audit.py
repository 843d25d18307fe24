"""What was suppressed and why: as a table in the annex, which tells no value, and in full beside the release.

The table counts. Which figure was hidden for which reason would narrow it down, so that is in the record alone,
which stays on the server: it holds how many answered and between what limits each hidden amount can be computed.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from math import isinf
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.report.disclosure.earlier import RECORD
from pipelines.report.disclosure.protection import PRINTED_STEPS
from pipelines.report.disclosure.rule import PRIMARY
from pipelines.report.disclosure.wording import SUPPRESSED
from pipelines.report.document import Block, Cell, Column, Paragraph, Table
from pipelines.report.wording import number_cell, number_text, short_year

if TYPE_CHECKING:
    from pipelines.report.disclosure.plan import Decision, Plan
    from pipelines.report.facts import Facts

FORMAT = 1
_NOTHING = "該当なし。個々の回答者の回答による値は、この版にありません。"


def blocks(facts: Facts) -> list[Block]:
    """The part of the annex."""
    plan = facts.disclosure
    return [
        Paragraph("秘匿した値", "heading"),
        Paragraph(_rule_text(plan)),
        *_earlier(plan),
        _table(facts, plan),
    ]


def _rule_text(plan: Plan) -> str:
    policy = plan.policy
    per_answer = (
        f"、割合のどちらかの答えが{number_text(policy.per_answer)}人に満たない値(だれも、または全員が同じ答えのものを含む)"
        if policy.per_answer > 0
        else ""
    )
    kind = "発行する版" if plan.policy.is_public else "作業版"
    return (
        f"アンケートの個々の回答による値のうち、回答者が{number_text(policy.respondents)}人に満たない値{per_answer}と、"
        "示すとその値が計算できてしまう値(合計と内訳、前年度、前の版との差、同じ設問によるKPI)は、"
        f"この版のすべての文書とカルテで「{SUPPRESSED}」とします。人数は{kind}の基準(県の設定)です。"
        "団体の公式の回答は、個々の回答ではないため対象にしません。値ごとの理由は、示すと値の範囲が狭まるため、県の記録だけにあります。"
    )


def _earlier(plan: Plan) -> list[Block]:
    texts = []
    if plan.editions:
        texts.append(
            f"前に発行した版({'、'.join(plan.editions)})が示した値との差からも計算できないことを確かめました。"
        )
    if plan.unread:
        texts.append(
            f"次の版は、回答者数を記録しないプログラムで作られたため、差を確かめていません: {'、'.join(plan.unread)}。"
        )
    if plan.unmet:
        texts.append(
            "前に発行した版がすでに示した値があるため、計算できないことを保証できない値があります(県の記録)。"
        )
    return [Paragraph("".join(texts))] if texts else []


def _table(facts: Facts, plan: Plan) -> Table:
    scopes: dict[tuple[str, int, str], list[Decision]] = {}
    for key, decision in plan.decisions.items():
        if decision.is_printed:
            area = "県全体" if key.municipality_code is None else "団体別"
            scopes.setdefault((key.kpi_id, -key.fiscal_year, area), []).append(decision)
    lines = tuple(
        (
            Cell(kpi_id),
            Cell(facts.kpi(kpi_id).name_ja),
            Cell(f"{area}({short_year(-year)})"),
            number_cell(len(found)),
            number_cell(sum(d.is_shown for d in found)),
            number_cell(sum(not d.is_shown for d in found)),
        )
        for (kpi_id, year, area), found in sorted(scopes.items())
    )
    columns = (
        Column("番号", width=2.9),
        Column("KPI", width=15),
        Column("範囲", width=7),
        Column("値のあるもの", "right", 5),
        Column("示したもの", "right", 4.6),
        Column(SUPPRESSED, "right", 3.6),
    )
    return Table(
        "suppressed", "個々の回答による値と秘匿", columns, lines, _reasons(plan), empty_reason=_NOTHING
    )


def _reasons(plan: Plan) -> str:
    counts = Counter(d.reason for d in plan.suppressed)
    if not counts:
        return "秘匿した値はありません。" if plan.decisions else ""
    first = sum(counts[reason] for reason in PRIMARY)
    second = counts.total() - first
    return (
        f"秘匿した{number_text(first + second)}件のうち、回答者または答えが少ないもの{number_text(first)}件、"
        f"ほかの値から計算されるのを防ぐもの{number_text(second)}件。"
    )


def write_record(plan: Plan, folder: Path) -> Path:
    """Write `disclosure.json` beside the verdict: every figure that rests on answers, and what became of it."""
    body = {
        "format": FORMAT,
        "is_public": plan.policy.is_public,
        "minimum_respondents": plan.policy.respondents,
        "minimum_per_answer": plan.policy.per_answer,
        "printed_steps_protected": PRINTED_STEPS,
        "earlier_editions": list(plan.editions),
        "earlier_editions_not_covered": list(plan.unread),
        "unmet": list(plan.unmet),
        "cells": [_cell(decision) for decision in plan.decisions.values()],
    }
    path = folder / RECORD
    # Documents are written by several processes at once: each puts the whole text there, the same.
    temporary = path.with_name(f"{RECORD}.{os.getpid()}.part")
    temporary.write_text(
        json.dumps(body, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8"
    )
    temporary.replace(path)
    return path


def _cell(decision: Decision) -> dict[str, object]:
    ends = decision.interval
    return decision.cell.key._asdict() | {
        "respondents": decision.cell.respondents,
        "is_printed": decision.is_printed,
        "is_shown": decision.is_shown,
        "reason": decision.reason,
        "interval": None if ends is None else [None if isinf(end) else round(end, 4) for end in ends],
    }
