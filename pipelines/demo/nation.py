"""A register of more municipalities than the prefecture has: thirty real ones, and others that cannot exist.

The others lie in prefectures 51 and above, which no code of Japan uses, and carry 架空 (fictional) in every name.
"""

from __future__ import annotations

import random
from itertools import product

from pipelines.demo.files import Sheet
from pipelines.ingest.municipalities import Municipality, check_digit, default_municipalities

# As many bodies as Japan has: the most a register of this kind is asked for.
MOST = 1741
_FIRST_PREFECTURE, _PREFECTURES = 51, 46
# So many names stand in two prefectures, as 日高町 and 美浜町 really do.
_NAMED_TWICE = 100
_FIRST = dict(
    zip(
        "松竹梅桜藤杉楠柳桐椿萩菊蘭桂樫月星雲霧雪霞虹朝夕春夏秋冬東西南北上中下大小高長広",
        [
            "マツ",
            "タケ",
            "ウメ",
            "サクラ",
            "フジ",
            "スギ",
            "クス",
            "ヤナギ",
            "キリ",
            "ツバキ",
            "ハギ",
            "キク",
            "ラン",
            "カツラ",
            "カシ",
            "ツキ",
            "ホシ",
            "クモ",
            "キリ",
            "ユキ",
            "カスミ",
            "ニジ",
            "アサ",
            "ユウ",
            "ハル",
            "ナツ",
            "アキ",
            "フユ",
            "ヒガシ",
            "ニシ",
            "ミナミ",
            "キタ",
            "カミ",
            "ナカ",
            "シモ",
            "オオ",
            "コ",
            "タカ",
            "ナガ",
            "ヒロ",
        ],
        strict=True,
    )
)
_LAST = dict(
    zip(
        "川山野原田島浜崎沢谷森林里坂橋泉池滝瀬津浦岡丘峰井戸窪台尾根岩石砂波潮風鳥鹿馬牧園宮寺城",
        [
            "カワ",
            "ヤマ",
            "ノ",
            "ハラ",
            "タ",
            "シマ",
            "ハマ",
            "サキ",
            "サワ",
            "タニ",
            "モリ",
            "ハヤシ",
            "サト",
            "サカ",
            "ハシ",
            "イズミ",
            "イケ",
            "タキ",
            "セ",
            "ツ",
            "ウラ",
            "オカ",
            "オカ",
            "ミネ",
            "イ",
            "ト",
            "クボ",
            "ダイ",
            "オ",
            "ネ",
            "イワ",
            "イシ",
            "スナ",
            "ナミ",
            "シオ",
            "カゼ",
            "トリ",
            "シカ",
            "ウマ",
            "マキ",
            "ソノ",
            "ミヤ",
            "テラ",
            "シロ",
        ],
        strict=True,
    )
)
_KINDS = (("市", "シ"), ("町", "チョウ"), ("村", "ムラ"))


def register_of(count: int) -> tuple[Municipality, ...]:
    """The first `count` municipalities, 4 to `MOST`, in code order; the same ones whatever the seed.

    Returns:
        Beyond the real ones, about 37 bodies to a prefecture, more in some than in others.
    """
    real = default_municipalities()
    if count <= len(real):
        return real[:count]
    rest = count - len(real)
    prefectures = min(_PREFECTURES, -(-rest // 37))
    weights = [1 + n * 5 % 9 / 4 for n in range(prefectures)]
    ends = [round(rest * sum(weights[: n + 1]) / sum(weights)) for n in range(prefectures)]
    spellings = _spellings()
    found = list(real)
    for number, (first, end) in enumerate(zip([0, *ends], ends, strict=False)):
        found += _prefecture(number, [spellings[n] for n in range(first, end)])
    return tuple(found)


def _spellings() -> list[tuple[str, str]]:
    """Name and reading without the kind of body; some stand twice, far enough apart for two prefectures."""
    pairs = [(a + b, _FIRST[a] + _LAST[b]) for a, b in product(_FIRST, _LAST)]
    random.Random("names").shuffle(pairs)
    step = MOST // _NAMED_TWICE
    return [pairs[n - 10 * step] if n % step == 0 and n > 10 * step else pairs[n] for n in range(MOST)]


def _prefecture(number: int, spellings: list[tuple[str, str]]) -> list[Municipality]:
    prefecture = f"架空{number + 1:02d}県"
    rng = random.Random(f"register/{number}")
    cities = max(1, round(len(spellings) * 0.4))
    found = []
    for place, (name, kana) in enumerate(spellings):
        is_city = place < cities
        # Cities begin at 201; each district of seven towns and villages has its own twenty numbers.
        towns = place - cities
        low = 201 + place if is_city else 301 + towns // 7 * 20 + towns % 7
        district = "" if is_city else f"架空{name_of_district(towns // 7)}郡"
        kind, kind_kana = _KINDS[0 if is_city else 1 + (towns % 7 == 6)]
        five = f"{_FIRST_PREFECTURE + number}{low}"
        found.append(
            Municipality(
                code=five + str(check_digit(five)),
                prefecture=prefecture,
                name=f"架空{name}{kind}",
                kana=f"カクウ{kana}{kind_kana}",
                district=district,
                long_name=f"{prefecture}{district}架空{name}{kind}",
                bureau=f"架空{number + 1:02d}県{'北' if place % 2 else '南'}部振興局",
                bureau_status="verified",
                population=round(rng.lognormvariate(11.0 if is_city else 9.2, 0.7)),
                tile_column=None,
                tile_row=None,
            )
        )
    return found


def name_of_district(number: int) -> str:
    """The name of a prefecture's district, by its number from 0."""
    return list(_FIRST)[number] + "野"


def register_sheet(towns: tuple[Municipality, ...]) -> Sheet:
    """The register as the programme's office sends it; nobody has drawn a map of the nation, only the prefecture's."""
    is_drawn = all(m.tile_column is not None for m in towns)
    rows = [
        {
            "municipality_code": m.code,
            "prefecture_name": m.prefecture,
            "district_name": m.district or None,
            "name": m.name,
            "kana": m.kana,
            "bureau_name": m.bureau,
            "population": m.population,
            "tile_column": m.tile_column if is_drawn else None,
            "tile_row": m.tile_row if is_drawn else None,
        }
        for m in towns
    ]
    return Sheet("policy__municipalities", rows)
