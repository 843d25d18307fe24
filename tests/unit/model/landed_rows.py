"""Landed rows as pandas sees them, with the rules of the published figures written once more without SQL."""

from __future__ import annotations

import calendar
import math
from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta
from pathlib import Path

import holidays
import pandas as pd

_OPENS, _CLOSES = time(8, 30), time(17, 15)
_PUBLIC = holidays.country_holidays("JP", years=range(2023, 2028))


class Landed:
    """The rows in force on the as-of date, one table per dataset."""

    def __init__(self, home: Path, as_of: date) -> None:
        self.as_of = as_of
        self._landed = home / "landed"
        self._in_force = pd.read_parquet(home / "current" / "control" / "in_force.parquet")

    def rows(self, dataset: str) -> pd.DataFrame:
        wanted = self._in_force[self._in_force["dataset"] == dataset]
        landed = pd.read_parquet(self._landed / dataset)
        return landed.merge(
            wanted[["file_id", "submission_key", "received_date"]],
            left_on=["_file_id", "_submission_key"],
            right_on=["file_id", "submission_key"],
        )


def year_of(day: date) -> int:
    return day.year if day.month >= 4 else day.year - 1


def planned_and_delivered(landed: Landed, year: int) -> tuple[int, list[str]]:
    """Person-visits due by the as-of date, and the modes of those delivered inside the support period."""
    plans = landed.rows("register__dispatch_plans").query("fiscal_year == @year")
    due, covered = 0, set()
    for month in [date(year + (m > 12), (m - 1) % 12 + 1, 1) for m in range(4, 16)]:
        length = calendar.monthrange(month.year, month.month)[1]
        for _, versions in plans[plans["effective_month"] <= month].groupby("plan_id"):
            plan = versions.sort_values("plan_version").iloc[-1]
            days = [month + timedelta(days=n) for n in range(length)]
            days = [d for d in days if plan["start_date"] <= d <= plan["end_date"]]
            covered |= {(plan["municipality_code"], d) for d in days}
            share = plan["planned_visit_count"] * sum(d <= landed.as_of for d in days) / length
            due += math.floor(share + 0.5)
    visits = landed.rows("visit_log__visits").query("visit_kind == 'dispatch' and status == 'delivered'")
    counted = [
        mode
        for code, day, mode in zip(
            visits["municipality_code"], visits["visit_date"], visits["mode"], strict=True
        )
        if (code, day) in covered and year_of(day) == year
    ]
    return due, counted


def concrete_wgs(landed: Landed, year: int) -> tuple[int, int]:
    """WGs that reached 実施 or 運用 by the as-of date, and all WGs in the year's ledger."""
    listed = set(landed.rows("register__wgs").query("fiscal_year == @year")["wg_id"])
    outcomes = landed.rows("register__wg_outcomes").query("fiscal_year <= @year")
    outcomes = outcomes[outcomes["reached_date"] <= landed.as_of]
    reached = set(outcomes[outcomes["outcome_stage"].isin(["implemented", "operating"])]["wg_id"])
    return len(listed & reached), len(listed)


def savings(landed: Landed, year: int) -> dict[str, int]:
    """Yen saved by class of evidence."""
    cases = landed.rows("procurement__joint_cases").query("fiscal_year == @year")
    contracted = {
        c: d for c, d in zip(cases["case_id"], cases["contract_date"], strict=True) if d <= landed.as_of
    }
    totals: dict[str, int] = {}
    for row in landed.rows("procurement__joint_case_participants").query("fiscal_year == @year").itertuples():
        joined = row.joined_date if isinstance(row.joined_date, date) else contracted.get(row.case_id)
        is_known = pd.notna(row.standalone_cost_jpy) and pd.notna(row.share_amount_jpy)
        if row.case_id in contracted and joined <= landed.as_of and is_known:
            saved = int(row.standalone_cost_jpy) - int(row.share_amount_jpy)
            totals[row.evidence_class] = totals.get(row.evidence_class, 0) + saved
    return totals


def conversations(landed: Landed, year: int) -> tuple[int, list[int]]:
    """Replies that cross municipalities, and working minutes to the first answer, of one fiscal year."""
    posts = (
        landed.rows("chat_activity__messages")
        .sort_values("received_date")
        .drop_duplicates("message_key", keep="last")
    )
    home_of = _memberships(landed.rows("register__chat_members"))
    crossing, waits = 0, []
    for _, thread in posts.sort_values(["posted_at", "message_key"]).groupby("thread_key"):
        opening = thread[~thread["is_reply"]].head(1)
        replies = thread[thread["is_reply"]]
        if opening.empty:
            continue
        opener, opened = opening["member"].iloc[0], opening["posted_at"].iloc[0].to_pydatetime()
        asked_in = home_of(opener, opened.date())
        for member, posted in zip(replies["member"], replies["posted_at"], strict=True):
            replied_in = home_of(member, posted.date())
            is_crossing = replied_in is not None and asked_in is not None and replied_in != asked_in
            crossing += int(is_crossing and year_of(posted.date()) == year)
        answers = replies[replies["member"] != opener]
        if asked_in is not None and not answers.empty and year_of(opened.date()) == year:
            waits.append(working_minutes(opened, answers["posted_at"].iloc[0].to_pydatetime()))
    return crossing, waits


def _memberships(lines: pd.DataFrame) -> Callable[[str, date], str | None]:
    lines = lines.sort_values(["fiscal_year", "valid_from"])
    by_member = {member: rows.to_dict("records") for member, rows in lines.groupby("member")}

    def home_of(member: str, day: date) -> str | None:
        found = None
        for line in by_member.get(member, []):
            until = line["valid_to"] if isinstance(line["valid_to"], date) else date.max
            if line["valid_from"] <= day <= until:
                found = line["municipality_code"] if line["affiliation_kind"] == "municipality" else None
        return found

    return home_of


def working_minutes(start: datetime, end: datetime) -> int:
    """Office minutes between two instants, day by day."""
    start, end = start.replace(second=0, microsecond=0), end.replace(second=0, microsecond=0)
    total, day = 0, start.date()
    while day <= end.date():
        is_closed = day.weekday() >= 5 or day in _PUBLIC or (day.month, day.day) in _NEW_YEAR
        if not is_closed:
            begins = max(start, datetime.combine(day, _OPENS))
            ends = min(end, datetime.combine(day, _CLOSES))
            total += max(0, int((ends - begins).total_seconds() // 60))
        day += timedelta(days=1)
    return total


_NEW_YEAR = {(12, 29), (12, 30), (12, 31), (1, 1), (1, 2), (1, 3)}


def collaborating(landed: Landed, year: int, events: Iterable[tuple[str, str]]) -> tuple[int, int]:
    """Bodies at 協働 or above: judge and use reach their scores and events; and all assessed bodies.

    `events` are (municipality, capability), one for each corroborating event of the year.
    """
    waves = {2023: ["R5"], 2025: ["R7"], 2026: ["R8_mid", "R8_end"]}[year]
    order = {kind: n for n, kind in enumerate(["self", "vendor", "prefecture"])}
    answers = landed.rows("assessment__answers")
    answers = answers[answers["wave"].isin(waves)]
    items = landed.rows("policy__assessment_items")
    common = {
        (w, i): c
        for w, i, c, x in zip(
            items["wave"], items["item_no"], items["capability"], items["common_item_id"], strict=True
        )
        if isinstance(x, str)
    }
    schemes = landed.rows("policy__stage_schemes")
    schemes = schemes[schemes["valid_from"] <= date(year + 1, 3, 31)].sort_values("valid_from")
    rules = {r.capability: (float(r.score_threshold), int(r.event_count)) for r in schemes.itertuples()}
    counts = pd.Series(list(events)).value_counts()
    reached, assessed = 0, 0
    for code, sheets in answers.groupby("municipality_code"):
        by_key = list(zip(sheets["wave"], sheets["assessor_kind"], sheets["scorer_no"], strict=True))
        keys = sorted(
            set(by_key),
            key=lambda k: (waves.index(k[0]), order[k[1]], -k[2]),
        )
        wave = keys[-1][0]
        chosen = sheets[[key == keys[-1] for key in by_key]]
        assessed += 1
        holds = True
        for capability in ("judge", "use_support"):
            scores = [
                s
                for i, s in zip(chosen["item_no"], chosen["score"], strict=True)
                if common.get((wave, i)) == capability and pd.notna(s)
            ]
            threshold, required = rules[capability]
            holds &= bool(scores) and sum(scores) / len(scores) >= threshold
            holds &= counts.get((code, capability), 0) >= required
        reached += int(holds)
    return reached, assessed


def collaboration_events(landed: Landed, year: int) -> list[tuple[str, str]]:
    """What corroborates judging and using support: decisions; consultations, WGs, joint procurement and use."""
    found: set[tuple[str, str, str]] = set()

    def add(
        capability: str, dataset: str, day_field: str, key: Iterable[str], rows: pd.DataFrame | None = None
    ) -> None:
        rows = landed.rows(dataset) if rows is None else rows
        for row in rows.to_dict("records"):
            day = row[day_field]
            if isinstance(day, date) and day <= landed.as_of and year_of(day) == year:
                name = "/".join([dataset, *(str(row[k]) for k in key)])
                found.add((str(row["municipality_code"]), capability, name))

    add("judge", "register__measures", "approved_date", ["measure_id"])
    visits = landed.rows("visit_log__visits").query("visit_kind == 'consultation' and status == 'delivered'")
    add("use_support", "visit_log__visits", "visit_date", ["visit_id"], visits)
    meetings = landed.rows("register__wg_meetings")[["fiscal_year", "wg_id", "meeting_no", "held_date"]]
    attended = landed.rows("register__wg_attendance").query("headcount > 0")
    attended = attended.merge(meetings, on=["fiscal_year", "wg_id", "meeting_no"])
    add("use_support", "register__wg_attendance", "held_date", ["wg_id", "meeting_no"], attended)
    cases = landed.rows("procurement__joint_cases")[["fiscal_year", "case_id", "contract_date"]]
    shares = landed.rows("procurement__joint_case_participants").merge(cases, on=["fiscal_year", "case_id"])
    shares["day"] = [
        j if isinstance(j, date) else c
        for j, c in zip(shares["joined_date"], shares["contract_date"], strict=True)
    ]
    add("use_support", "procurement__joint_case_participants", "day", ["case_id"], shares)
    used = landed.rows("procurement__joint_use").query("fiscal_year == @year")
    used = used.assign(day=[max(d, date(year, 4, 1)) for d in used["start_date"]])
    add("use_support", "procurement__joint_use", "day", ["system_id"], used)
    return [(code, capability) for code, capability, _ in found]
