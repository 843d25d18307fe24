"""Damage as it happens: bytes lost, doubled, changed; members of a ZIP damaged inside a whole container."""

from __future__ import annotations

import io
import re
import zipfile
from random import Random

_NUMBERS = (b"0", b"-1", b"1048576", b"4294967295", b"99999999999999999999", b"1e308", b"NaN", b"")
_TEXTS = tuple(
    text.encode()
    for text in (
        "▲",
        "〃",
        "R99.99.99",
        "令和元年",
        "=1+1",
        "<NA>",
        "\0",
        "﷽" * 50,
        "㋿8.6.1",
        '"',
        "\r",
        "<",
        "&x;",
        "]]>",
        "…",
    )
)
_DIGITS = re.compile(rb"\d+")


def damaged(data: bytes, random: Random) -> bytes:
    """The file with one to four things wrong; a ZIP is mostly damaged inside and packed again."""
    if data.startswith(b"PK") and random.random() < 0.75:
        return _inside(data, random)
    for _ in range(random.randint(1, 4)):
        data = random.choice(_WAYS)(data, random)
    return data


def _inside(data: bytes, random: Random) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as copy:
        names = source.namelist()
        # Most damage where the data are: style sheets and themes are read by nobody.
        chosen = [
            n for n in names if re.search(r"sheet|content|workbook|Strings|\.csv|\.json|\.ods|\.xlsx", n)
        ] or names
        victim, fate = random.choice(chosen), random.random()
        for name in names:
            if name.endswith("/"):
                continue
            part = source.read(name)
            if name == victim:
                if fate < 0.05:
                    continue
                for _ in range(random.randint(1, 3)):
                    part = random.choice(_WAYS)(part, random)
            copy.writestr(name, part)
    return out.getvalue()


def _span(data: bytes, random: Random) -> tuple[int, int]:
    start = random.randrange(len(data) + 1)
    return start, min(len(data), start + random.choice((1, 2, 8, 64, 1024)))


def _flip(data: bytes, random: Random) -> bytes:
    changed = bytearray(data)
    for _ in range(random.choice((1, 4, 32)) if data else 0):
        changed[random.randrange(len(changed))] = random.randrange(256)
    return bytes(changed)


def _cut(data: bytes, random: Random) -> bytes:
    return data[: random.randrange(len(data) + 1)]


def _lose(data: bytes, random: Random) -> bytes:
    start, end = _span(data, random)
    return data[:start] + data[end:]


def _double(data: bytes, random: Random) -> bytes:
    start, end = _span(data, random)
    return data[:end] + data[start:end] * random.choice((1, 1, 100)) + data[end:]


def _move(data: bytes, random: Random) -> bytes:
    start, end = _span(data, random)
    rest = data[:start] + data[end:]
    place = random.randrange(len(rest) + 1)
    return rest[:place] + data[start:end] + rest[place:]


def _put(data: bytes, random: Random) -> bytes:
    place = random.randrange(len(data) + 1)
    return data[:place] + random.choice(_TEXTS) + data[place:]


def _renumber(data: bytes, random: Random) -> bytes:
    found = list(_DIGITS.finditer(data[:200_000]))
    if not found:
        return data
    number = random.choice(found)
    return data[: number.start()] + random.choice(_NUMBERS) + data[number.end() :]


_WAYS = (_flip, _cut, _lose, _double, _move, _put, _renumber, _renumber, _put)
