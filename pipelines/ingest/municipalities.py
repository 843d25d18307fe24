"""The municipalities: codes with check digits and names matched exactly against an alias table.

A prefecture that sends a register of its own (設定「団体一覧」) has its municipalities read by that one; without
it, they are the thirty of the file beside this module.

Source of codes: 全国地方公共団体コード (総務省); the check digit is modulo 11 over weights 6 to 2.
"""

from __future__ import annotations

import csv
import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from pipelines.ingest.japanese.reading import Read, Unreadable, fold, fold_number, missing_symbol

_TABLE = Path(__file__).parent / "municipalities.csv"
_EXPECTED = "県内の市町村名、または6桁の団体コード"
_EXAMPLE = "海南市、302023"


@dataclass(frozen=True)
class Municipality:
    """One municipality and where it stands on the tile map."""

    code: str
    prefecture: str
    name: str
    kana: str
    district: str
    long_name: str
    bureau: str
    bureau_status: str
    population: int
    tile_column: int | None
    tile_row: int | None


@cache
def default_municipalities() -> tuple[Municipality, ...]:
    """The thirty municipalities of 和歌山県, in code order."""
    with _TABLE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return tuple(
        Municipality(
            code=row["municipality_code"],
            prefecture=row["long_name"].removesuffix(row["district"] + row["name"]),
            name=row["name"],
            kana=row["kana"],
            district=row["district"],
            long_name=row["long_name"],
            bureau=row["bureau"],
            bureau_status=row["bureau_status"],
            population=int(row["population_2022_01_01"]),
            tile_column=int(row["tile_column"]),
            tile_row=int(row["tile_row"]),
        )
        for row in rows
    )


@dataclass
class _Known:
    """The register that this process reads by: a worker and a command read for one home at a time."""

    of_code: dict[str, Municipality] = field(default_factory=dict)
    of_name: dict[str, list[str]] = field(default_factory=dict)
    number: int = 0


_known = _Known()


def use_municipalities(register: Iterable[Municipality]) -> None:
    """Let this process know the municipalities of a register; of an empty one, the default's.

    Args:
        register: what the prefecture has sent, in code order.
    """
    wanted = {m.code: m for m in tuple(register) or default_municipalities()}
    if wanted == _known.of_code:
        return
    _known.of_code, _known.of_name = wanted, {}
    _known.number += 1
    for m in wanted.values():
        names = (m.name, m.long_name, m.district + m.name, m.prefecture + m.name)
        for name in dict.fromkeys(map(fold, names)):
            _known.of_name.setdefault(name, []).append(m.code)


def municipalities() -> dict[str, Municipality]:
    """Every municipality of the programme by six-digit code, in code order."""
    if not _known.of_code:
        use_municipalities(())
    return _known.of_code


def area_name(prefectures: Iterable[str]) -> str:
    """Whose programme it is: the prefecture's, or 全国 where there are several."""
    names = set(prefectures)
    return names.pop() if len(names) == 1 else "全国"


def area() -> str:
    """Whose programme it is, by the register this process reads by."""
    return area_name(m.prefecture for m in municipalities().values())


def register_number() -> int:
    """Another number whenever this process came to know another register: what was read before may read differently."""
    return _known.number


def is_named_once(name: str) -> bool:
    """Whether a municipality's bare name tells it apart from all others."""
    return len(_codes_of_name(fold(name))) == 1


def distinct_name(municipality: Municipality) -> str:
    """Its name, as long as needed to tell it from all others."""
    return municipality.name if is_named_once(municipality.name) else municipality.long_name


def _codes_of_name(folded: str) -> list[str]:
    municipalities()
    return _known.of_name.get(folded, [])


def check_digit(five_digits: str) -> int:
    """The sixth digit of a municipality code: 11 minus the weighted sum modulo 11, last digit only."""
    total = sum(int(digit) * weight for digit, weight in zip(five_digits, range(6, 1, -1), strict=True))
    return (11 - total % 11) % 10


def corporate_check_digit(twelve_digits: str) -> int:
    """The first digit of a 法人番号: 9 minus the weighted sum modulo 9 (法人番号の指定等に関する省令)."""
    total = sum(int(d) * (1 if i % 2 == 0 else 2) for i, d in enumerate(reversed(twelve_digits)))
    return 9 - total % 9


def _is_area(five_digits: str) -> bool:
    """Whether five digits can be an area: a prefecture, and 000 (itself) or 100 and above in it; or one in force."""
    if f"{five_digits}{check_digit(five_digits)}" in municipalities():
        return True
    return 1 <= int(five_digits[:2]) <= 47 and not 0 < int(five_digits[2:]) < 100


def parse_area_code(value: object) -> Read:
    """Read a five- or six-digit area code of any prefecture.

    Excel drops leading zeros, so 12025 is 函館市 (012025) and 30201 is 和歌山市 (302015). What can be
    both is refused.

    Raises:
        Unreadable: not five or six digits, a wrong check digit, or five digits that can be two areas.
    """
    if isinstance(value, str) and (missing := missing_symbol(value)):
        return missing
    text = re.sub(r"\.0+$", "", fold(str(value)))
    if not re.fullmatch(r"\d{4,6}", text, re.ASCII):
        raise _not_a_code()
    if len(text) == 6:
        if int(text[5]) != check_digit(text[:5]):
            raise Unreadable(
                "wrong_check_digit",
                "検査数字(6桁目)が合いません。",
                "6桁の団体コード",
                "302023",
                text[:5] + str(check_digit(text[:5])),
            )
        return Read(text)
    five = text.zfill(5)
    readings = [f"{five}{check_digit(five)}"] if _is_area(five) else []
    if len(text) == 5 and _is_area("0" + text[:4]) and int(text[4]) == check_digit("0" + text[:4]):
        readings.append("0" + text)
    if not readings:
        raise _not_a_code()
    if len(readings) == 2:
        raise Unreadable(
            "ambiguous_code",
            "先頭の0が落ちた6桁のコードとも、5桁のコードとも読めます。",
            "6桁の団体コード",
            "302023",
            "、".join(readings),
        )
    return Read(readings[0], f"「{value}」を団体コード{readings[0]}と読みました。")


def _not_a_code() -> Unreadable:
    return Unreadable("not_a_code", "団体コードとして読めません。", "5桁または6桁の団体コード", "302023")


def parse_municipality(value: object, aliases: Mapping[str, str] | None = None) -> Read:
    """Read a cell as a municipality of the prefecture.

    Args:
        value: a name in any of its official forms, an alias, or a code.
        aliases: folded alias to code, from the prefecture's policy sheet.

    Raises:
        Unreadable: no exact match. A near name is suggested and never taken.
    """
    if isinstance(value, str) and (missing := missing_symbol(value)):
        return missing
    text = fold(str(value))
    if re.fullmatch(r"[\d.]+", text, re.ASCII):
        read = parse_area_code(value)
        if read.value not in municipalities():
            raise Unreadable("unknown_municipality", "県内の団体コードではありません。", _EXPECTED, _EXAMPLE)
        return read
    codes = _codes_of_name(text)
    if len(codes) > 1:
        full = [municipalities()[code].long_name for code in codes]
        raise Unreadable(
            "ambiguous_municipality",
            "同じ名前の団体が複数あります。",
            "都道府県名から書いた団体名、または6桁の団体コード",
            full[0],
            "、".join(full),
        )
    if codes:
        return Read(codes[0])
    code = (aliases or {}).get(text, "")
    if code in municipalities():
        return Read(code, f"「{value}」を別表記の表により{municipalities()[code].name}と読みました。")
    names = [m.name for m in municipalities().values()]
    near = difflib.get_close_matches(text, names, n=1, cutoff=0.5)
    near = near or difflib.get_close_matches(text, list(_known.of_name), n=1, cutoff=0.7)
    suggestion = municipalities()[_codes_of_name(fold(near[0]))[0]].name if near else ""
    raise Unreadable(
        "unknown_municipality", "県内の市町村として読めません。", _EXPECTED, _EXAMPLE, suggestion
    )


# Windows forbids some, Excel cannot open [ ], and # and % mean something in a link: folders and files bear these names.
NOT_IN_NAMES = '<>:"/\\|?*#%[]'
_UNNAMEABLE = re.compile(rf"[{re.escape(NOT_IN_NAMES)}\x00-\x1f]|^\.")
_LONGEST_NAME = 30


def parse_place_name(value: object) -> Read:
    """Read the name of a municipality, district or prefecture. Raises Unreadable where no file could bear it."""
    text = str(value).strip()
    if _UNNAMEABLE.search(text) or len(text) > _LONGEST_NAME:
        raise Unreadable(
            "not_a_place_name",
            '名前はフォルダやファイルの名前にも使うので、/ \\ : * ? " < > | # % [ ] と、はじめの「.」は使えません。',
            f"{_LONGEST_NAME}文字までの、市町村・郡・都道府県の名前",
            "海南市",
        )
    return Read(text)


def parse_corporate_number(value: object) -> Read:
    """Read a 13-digit corporate number. Raises Unreadable for a wrong length or check digit."""
    if isinstance(value, str) and (missing := missing_symbol(value)):
        return missing
    text = re.sub(r"\.0+$", "", fold_number(str(value)).replace("-", "").removeprefix("T"))
    if not re.fullmatch(r"\d{13}", text, re.ASCII):
        raise Unreadable(
            "not_a_corporate_number", "法人番号は13桁の数字です。", "13桁の法人番号", "4000020300004"
        )
    if int(text[0]) != corporate_check_digit(text[1:]):
        raise Unreadable(
            "wrong_check_digit", "法人番号の検査数字(1桁目)が合いません。", "13桁の法人番号", "4000020300004"
        )
    return Read(text)
