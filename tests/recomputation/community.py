"""K501-K511: the chat (counts only), events, the knowledge base, and advice."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from typing import Any

from tests.recomputation.figures import Figures
from tests.recomputation.landed import Landed, Record, year_of

_OPENS, _CLOSES = time(8, 30), time(17, 15)


class Chat:
    """Posts with the register's line about their author on that day."""

    def __init__(self, landed: Landed) -> None:
        self._working_days = landed.working_days
        self._lines: dict[str, list[Record]] = defaultdict(list)
        for line in sorted(
            landed.rows("register__chat_members"),
            key=lambda n: (n["fiscal_year"], n["valid_from"], -n["_row"]),
        ):
            self._lines[line["member"]].append(line)
        self.posts = sorted(
            landed.rows("chat_activity__messages"), key=lambda p: (p["posted_at"], p["message_key"])
        )
        self.threads: dict[str, list[Record]] = defaultdict(list)
        for post in self.posts:
            if post["thread_key"] is not None:
                self.threads[post["thread_key"]].append(post)

    def line(self, post: Record) -> Record | None:
        """The register's newest line about the author that is valid on the day of the post."""
        day, found = post["posted_at"].date(), None
        for line in self._lines[post["member"]]:
            if line["valid_from"] <= day <= (line["valid_to"] or date.max):
                found = line
        return found

    def home(self, post: Record) -> str | None:
        """The municipality the author worked for on that day."""
        line = self.line(post)
        is_municipal = line is not None and line["affiliation_kind"] == "municipality"
        return line["municipality_code"] if line is not None and is_municipal else None

    def crossing_replies(self) -> list[Record]:
        """Replies by one municipality in a thread that another one opened."""
        found = []
        for thread in self.threads.values():
            opening = next((p for p in thread if not p["is_reply"]), None)
            asked_in = self.home(opening) if opening else None
            for reply in (p for p in thread if p["is_reply"]):
                if asked_in is not None and self.home(reply) not in (None, asked_in):
                    found.append(reply)
        return found

    def first_answers(self) -> list[tuple[Record, int]]:
        """Openings by municipal staff that somebody else answered, and the office minutes until then."""
        found = []
        for thread in self.threads.values():
            opening = next((p for p in thread if not p["is_reply"]), None)
            if opening is None or self.home(opening) is None:
                continue
            answer = next((p for p in thread if p["is_reply"] and p["member"] != opening["member"]), None)
            if answer is not None:
                found.append((opening, self.office_minutes(opening["posted_at"], answer["posted_at"])))
        return found

    def office_minutes(self, start: datetime, end: datetime) -> int:
        """Minutes between two instants while offices are open, day by day."""
        start, end = start.replace(second=0, microsecond=0), end.replace(second=0, microsecond=0)
        total, day = 0, start.date()
        while day <= end.date():
            if day in self._working_days:
                begins = max(start, datetime.combine(day, _OPENS))
                ends = min(end, datetime.combine(day, _CLOSES))
                total += max(0, int((ends - begins).total_seconds() // 60))
            day += timedelta(days=1)
        return total


def add_community(landed: Landed, figures: Figures) -> None:
    """Who takes part in the chat and how it helps; then everything else that brings people together."""
    chat = Chat(landed)
    _add_activity(chat, figures)
    for reply in chat.crossing_replies():
        figures.add("K504", year_of(reply["posted_at"].date()), chat.home(reply), 1)
    for opening, minutes in chat.first_answers():
        place = (year_of(opening["posted_at"].date()), chat.home(opening))
        figures.add("K505", *place, Fraction(minutes, 60), 1)
    _add_meetings_and_knowledge(landed, figures)


def _add_activity(chat: Chat, figures: Figures) -> None:
    bodies: set[tuple[date, str]] = set()
    months: dict[int, list[date]] = defaultdict(list)
    members: dict[tuple[date, str], str | None] = {}
    for post in chat.posts:
        line, day = chat.line(post), post["posted_at"].date()
        month = day.replace(day=1)
        months[year_of(month)].append(month)
        home = chat.home(post)
        if line is not None and home is not None:
            bodies.add((month, home))
            members.setdefault((month, post["member"]), line["section_kind"])
    for year, posted in months.items():
        # A month without a post, between the first and the last of a year, lowers the mean.
        first, last = min(posted), max(posted)
        month_count = 12 * (last.year - first.year) + last.month - first.month + 1
        for kpi_id in ("K501", "K502"):
            figures.add(kpi_id, year, None, 0, month_count)
    for month, code in bodies:
        figures.add("K504", year_of(month), code, 0)
        figures.add("K501", year_of(month), None, 1)
    for (month, _), section in members.items():
        figures.add("K502", year_of(month), None, 1)
        figures.add("K503", year_of(month), None, int(section == "line_section"), 1)


def _add_meetings_and_knowledge(landed: Landed, figures: Figures) -> None:
    is_held = {
        (e["fiscal_year"], e["event_id"]): landed.is_known(e["held_date"])
        for e in landed.rows("register__events")
    }
    for attendance in landed.rows("register__event_attendance"):
        event = (attendance["fiscal_year"], attendance["event_id"])
        if event in is_held:
            figures.add("K506", *_place(attendance), attendance["headcount"] if is_held[event] else 0)
    for wish in landed.rows("register__expansions"):
        if landed.is_known(wish["requested_date"]):
            figures.add("K507", *_place(wish), int(landed.is_known(wish["granted_date"])), 1)
    for article in landed.rows("register__kb_articles"):
        is_published = landed.is_known(article["published_date"])
        figures.add("K508", *_place(article), int(is_published))
        if article["view_count"] is not None:
            figures.add("K509", *_place(article), article["view_count"] if is_published else 0)
    kinds = {"consultation": "K510", "producer": "K511", "adviser": "K511"}
    for visit in landed.rows("visit_log__visits"):
        if visit["visit_kind"] in kinds:
            place = (year_of(visit["visit_date"]), visit["municipality_code"])
            figures.add(kinds[visit["visit_kind"]], *place, int(visit["status"] == "delivered"))


def _place(row: Record) -> tuple[Any, Any]:
    return row["fiscal_year"], row["municipality_code"]
