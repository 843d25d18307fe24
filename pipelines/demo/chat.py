"""Slack exports in their real shape, with joins, bots, unknown users and repeated timestamps. Texts are invented."""

from __future__ import annotations

import json
import random
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from pipelines.demo.collaboration import chat_members
from pipelines.demo.files import write_zip
from pipelines.demo.world import World, working_days
from pipelines.fiscal_year import fiscal_year_of, short_label

_CHANNELS = ("general", "よろず相談", "共同調達", "生成ai")
# first month, last month, received
_EXPORTS = (
    (date(2025, 4, 1), date(2025, 9, 30), date(2025, 10, 8)),
    (date(2025, 10, 1), date(2026, 3, 31), date(2026, 4, 8)),
    (date(2026, 4, 1), date(2026, 9, 30), date(2026, 10, 7)),
    (date(2026, 9, 1), date(2026, 10, 31), date(2026, 11, 6)),
    (date(2026, 11, 1), date(2027, 3, 31), date(2027, 4, 7)),
)


def write_chat(world: World, out: Path) -> int:
    """Write one ZIP per export; two exports overlap by a month, as downloads do."""
    members = chat_members(world, 2026, date(2027, 3, 31))
    ids = {m["member"]: f"U{number:07d}" for number, m in enumerate(members, start=1)}
    circles = [(part, _circle(part, members)) for part in world.prefectures]
    for first, last, received in _EXPORTS:
        if fiscal_year_of(first) < world.first_year:
            continue
        parts = {
            "channels.json": _dump([{"id": f"C{n:03d}", "name": name} for n, name in enumerate(_CHANNELS)])
        }
        users = [
            {
                "id": ids[m["member"]],
                "name": f"user{n}",
                "is_bot": False,
                "profile": {"email": m["member"], "real_name": f"架空 {n}号"},
            }
            for n, m in enumerate(members)
        ]
        parts["users.json"] = _dump(
            [*users, {"id": "B000001", "name": "remind", "is_bot": True, "profile": {}}]
        )
        for day in working_days(first, last):
            posted: dict[str, list[dict[str, Any]]] = {}
            for part, circle in circles:
                for channel, entries in _day(part, day, circle, ids).items():
                    posted.setdefault(channel, []).extend(entries)
            for channel, entries in posted.items():
                parts[f"{channel}/{day.isoformat()}.json"] = _dump(entries)
        folder = out / short_label(fiscal_year_of(first)) / "chat_activity" / received.isoformat()
        write_zip(folder / f"Slack書き出し_{first:%Y%m}-{last:%Y%m}.zip", parts)
    return len(_EXPORTS)


def _circle(prefecture: World, members: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Who talks to whom: a prefecture's municipalities, and those who belong to none."""
    codes = {None, *(town.code for town in prefecture.towns)}
    return [m for m in members if m["municipality_code"] in codes]


def _dump(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1).encode()


def _day(
    world: World, day: date, members: list[dict[str, Any]], ids: dict[str, str]
) -> dict[str, list[dict[str, Any]]]:
    rng = world.rng(f"chat/{day}")
    present = [m for m in members if m["valid_from"] <= day]
    level = {t.code: (0.15 if t.is_stuck else 1.0 + max(t.level, 0) * 2) for t in world.towns}
    weights = [level.get(m["municipality_code"], 1.5) for m in present]
    found: dict[str, list[dict[str, Any]]] = {}
    for _ in range(rng.choice([0, 1, 1, 2])):
        channel = rng.choice(_CHANNELS)
        entries = found.setdefault(channel, [])
        at = datetime(day.year, day.month, day.day, 9, 0) + timedelta(minutes=rng.randint(0, 460))
        starter = rng.choices(present, weights)[0]
        ts = _ts(at, rng)
        entries.append(_post(ids[starter["member"]], "申請様式の作り方を教えてください。", ts, ts))
        for _ in range(rng.choice([0, 1, 1, 2, 3])):
            at += timedelta(minutes=rng.randint(4, 200))
            entries.append(
                _post(
                    ids[rng.choices(present, weights)[0]["member"]],
                    "当方の例を共有します。",
                    _ts(at, rng),
                    ts,
                )
            )
    if found and rng.random() < 0.08:
        channel = next(iter(found))
        base = found[channel][0]["ts"]
        found[channel].append(
            {
                "type": "message",
                "subtype": "channel_join",
                "user": ids[present[0]["member"]],
                "text": "参加しました",
                "ts": base,
            }
        )
        found[channel].append(
            {
                "type": "message",
                "subtype": "bot_message",
                "bot_id": "B000001",
                "text": "定例のお知らせ",
                "ts": base,
            }
        )
    if found and rng.random() < 0.02 and world.mess > 0:
        found[next(iter(found))].append(_post("U9999999", "退会者の投稿", _ts(at, rng), None))
    return found


def _ts(at: datetime, rng: random.Random) -> str:
    utc = (at - timedelta(hours=9)).replace(tzinfo=UTC)
    return f"{int(utc.timestamp())}.{rng.randrange(10**6):06d}"


def _post(user: str, text: str, ts: str, thread: str | None) -> dict[str, Any]:
    post = {"type": "message", "user": user, "text": text, "ts": ts}
    return post | {"thread_ts": thread} if thread else post
