"""Loads for measuring: Slack exports of as many posts as wanted, streamed to disk one day at a time.

They have the shape of the story's exports and say nothing: every post lies in a room of its own export, so that
none is taken for another's.
"""

from __future__ import annotations

import json
import random
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path

from pipelines.demo.collaboration import chat_members
from pipelines.demo.files import add_to_zip
from pipelines.demo.world import World, working_days
from pipelines.fiscal_year import fiscal_year_of, short_label

# The reader refuses an export of more than two million posts: what is larger is asked for in parts.
POSTS_PER_EXPORT = 1_500_000
_ROOMS = 4
# Packing takes half of the time otherwise.
_QUICK = 1
# first day, last day, received
_HALVES = (
    (date(2026, 4, 1), date(2026, 9, 30), date(2026, 10, 8)),
    (date(2025, 10, 1), date(2026, 3, 31), date(2026, 4, 9)),
    (date(2025, 4, 1), date(2025, 9, 30), date(2025, 10, 9)),
)
_TEXTS = (
    "申請様式の作り方を教えてください。",
    "当方の例を共有します。",
    "ありがとうございます。助かりました。",
)


def write_messages(world: World, out: Path, wanted: int) -> int:
    """Write exports that hold exactly so many posts, the newest half-year first; returns the number of files."""
    members = chat_members(world, 2026, date(2027, 3, 31))
    halves = [h for h in _HALVES if fiscal_year_of(h[0]) >= world.first_year] or list(_HALVES[:1])
    number = 0
    while wanted > 0:
        first, last, received = halves[number % len(halves)]
        posts = min(wanted, POSTS_PER_EXPORT)
        number += 1
        folder = out / short_label(fiscal_year_of(first)) / "chat_activity" / received.isoformat()
        path = folder / f"Slack書き出し_負荷{number:03d}_{first:%Y%m}-{last:%Y%m}.zip"
        _write_export(world, path, number, posts, working_days(first, last), [m["member"] for m in members])
        wanted -= posts
    return number


def _write_export(
    world: World, path: Path, number: int, posts: int, days: list[date], members: list[str]
) -> None:
    rooms = [f"load{number:03d}-{room}" for room in range(_ROOMS)]
    places = [(day, room) for day in days for room in rooms]
    users = [f"U{n:07d}" for n in range(1, len(members) + 1)]
    listed = [
        {"id": user, "name": user, "is_bot": False, "profile": {"email": member}}
        for user, member in zip(users, members, strict=True)
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        channels = [{"id": f"C{number:03d}{room}", "name": name} for room, name in enumerate(rooms)]
        add_to_zip(archive, "channels.json", json.dumps(channels).encode())
        add_to_zip(archive, "users.json", json.dumps(listed).encode())
        done = 0
        for place, (day, room) in enumerate(places, start=1):
            upto = posts * place // len(places)
            if upto > done:
                rng = world.rng(f"load/{number}/{room}/{day}")
                add_to_zip(archive, f"{room}/{day}.json", _day(rng, day, upto - done, users), _QUICK)
            done = upto


def _day(rng: random.Random, day: date, count: int, users: list[str]) -> bytes:
    """So many posts of one room between nine and five; every thread has a start and three answers."""
    start = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())  # nine o'clock in Japan
    posts, thread = [], ""
    for n, user in enumerate(rng.choices(users, k=count)):
        ts = f"{start + n * 28_800 // count}.{n % 1_000_000:06d}"
        thread = thread if n % 4 else ts
        posts.append(
            f'{{"type":"message","user":"{user}","text":"{_TEXTS[n % 3]}","ts":"{ts}","thread_ts":"{thread}"}}'
        )
    return f"[{','.join(posts)}]".encode()
