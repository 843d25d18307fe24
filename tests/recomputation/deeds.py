"""What municipalities did that corroborates a capability: dated, and never what dispatch itself produces."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from tests.recomputation.community import Chat
from tests.recomputation.landed import Landed, year_of
from tests.recomputation.procurement import shares

Deed = tuple[int, str, str, str]
Dated = Iterator[tuple[str, str | None, date | None, object]]
_TASKS = ("planning", "procurement", "operation", "data")


def deeds(landed: Landed) -> set[Deed]:
    """Each deed once: fiscal year, municipality, kind, and what tells it from the next one."""
    sources = (_decisions, _consultations, _joint_work, _unaided_work, _wgs, _knowledge)
    return {
        (year_of(day), code, kind, str(name))
        for source in sources
        for kind, code, day, name in source(landed)
        if code is not None and day is not None and landed.is_known(day)
    }


def _decisions(landed: Landed) -> Dated:
    for measure in landed.rows("register__measures"):
        kind = "measure_approved" if measure["kind"] == "measure" else "plan_or_organisation"
        yield kind, measure["municipality_code"], measure["approved_date"], measure["measure_id"]


def _consultations(landed: Landed) -> Dated:
    for visit in landed.rows("visit_log__visits"):
        if visit["visit_kind"] == "consultation" and visit["status"] == "delivered":
            yield "consultation", visit["municipality_code"], visit["visit_date"], visit["visit_id"]


def _joint_work(landed: Landed) -> Dated:
    for share, case, since in shares(landed):
        yield "joint_procurement", share["municipality_code"], since, case["case_id"]
    for case in landed.rows("procurement__joint_cases"):
        yield "procurement_lead", case["lead_municipality_code"], case["contract_date"], case["case_id"]
    for use in landed.rows("procurement__joint_use"):
        # A system in use corroborates every year that the ledger lists it, from the day it was in use.
        since = max(use["start_date"], date(use["fiscal_year"], 4, 1))
        yield "joint_use", use["municipality_code"], since, use["system_id"]


def _unaided_work(landed: Landed) -> Dated:
    for made in landed.rows("register__deliverables"):
        if made["has_outside_support"] is False and not made["is_from_dispatch"]:
            name = made["deliverable_id"]
            yield "unaided_deliverable", made["municipality_code"], made["completed_date"], name
    for answer in landed.rows("survey__transfer_answers"):
        # Asked before the dispatch, so that what dispatch taught does not corroborate it.
        if answer["wave"] == "before" and answer["respondent_kind"] != "dispatched":
            for task in (t for t in _TASKS if answer[f"can_do_{t}"] == 4):
                name = f"{answer['response_id']}/{task}"
                yield "unaided_task", answer["municipality_code"], answer["answered_date"], name


def _wgs(landed: Landed) -> Dated:
    held = {
        (m["fiscal_year"], m["wg_id"], m["meeting_no"]): m["held_date"]
        for m in landed.rows("register__wg_meetings")
    }
    for attended in landed.rows("register__wg_attendance"):
        meeting = (attended["fiscal_year"], attended["wg_id"], attended["meeting_no"])
        if attended["headcount"] > 0:
            yield "wg_participation", attended["municipality_code"], held.get(meeting), meeting[1:]
    for wg in landed.rows("register__wgs"):
        if wg["status"] in ("active", "finished"):
            since = max(wg["start_date"], date(wg["fiscal_year"], 4, 1))
            yield "wg_lead", wg["lead_municipality_code"], since, wg["wg_id"]


def _knowledge(landed: Landed) -> Dated:
    for article in landed.rows("register__kb_articles"):
        yield "kb_article", article["municipality_code"], article["published_date"], article["article_id"]
    chat = Chat(landed)
    for reply in chat.crossing_replies():
        yield "cross_reply", chat.home(reply), reply["posted_at"].date(), reply["message_key"]
