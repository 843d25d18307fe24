"""The prefecture's sheets decide how all other files are read, and a new sheet reads them again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.demo.nation import register_of
from pipelines.ingest.contracts import all_datasets
from pipelines.ingest.ledger import Receipt
from pipelines.ingest.municipalities import use_municipalities
from pipelines.ingest.pseudonyms import sample_key
from pipelines.ingest.reading_policy import ReadingPolicy
from tests.unit.ingest.read.chat_files import MAIL, as_csv
from tests.unit.ingest.read.test_chat_table import HEADINGS, line
from tests.unit.ingest.received import House

MAPPING_HEADINGS = [
    "ツール名",
    "日時の列",
    "投稿者の列",
    "ルームの列",
    "投稿番号の列",
    "返信先の列",
    "本文の列",
    "削除済みの表記",
    "数えない投稿者",
    "日時の書式",
    "時間帯",
    "文字コード",
]
LOGO = [
    "LoGoチャット",
    "送信日時",
    "送信者メール",
    "トークルーム",
    "メッセージID",
    "返信元ID",
    "本文",
    "",
    "",
    "yyyy/MM/dd HH:mm",
]


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def put_mapping(house: House, day: str, *rows: list[str]) -> None:
    padded = [row + [""] * (len(MAPPING_HEADINGS) - len(row)) for row in rows]
    house.put(f"R8/policy/2026-08-{day}/チャット対応表.csv", as_csv([MAPPING_HEADINGS, *padded]))


def test_a_tool_that_nobody_knows_is_refused_until_the_officer_names_its_columns(house: House) -> None:
    house.put("R8/chat_activity/2026-08-03/LoGo.csv", as_csv([HEADINGS, line(1), line(2, parent=1)]))
    house.night()
    assert house.landed("chat_activity__messages") == []
    assert {f["rule"] for f in house.control()["findings"]} == {"unknown_chat_export"}
    put_mapping(house, "04", LOGO)
    assert house.night().files_read == 2
    found = house.landed("chat_activity__messages")
    assert [(r["channel"], r["is_reply"]) for r in found] == [("よろず相談", False), ("よろず相談", True)]
    assert {r["member"] for r in found} == {sample_key().pseudonym(MAIL)}
    assert house.control()["findings"] == []
    assert house.night().files_read == 0, "and is read no more while nothing changes"


def test_the_newest_sheet_replaces_the_older_one_as_a_whole(house: House) -> None:
    house.put("R8/chat_activity/2026-08-03/LoGo.csv", as_csv([HEADINGS, line(1)]))
    put_mapping(house, "04", LOGO)
    house.night()
    put_mapping(house, "06", ["別のツール", "a", "b"])
    house.night()
    assert house.landed("chat_activity__messages") == []
    put_mapping(house, "05", [*LOGO[:3], "", "", ""])
    house.night()
    assert house.landed("chat_activity__messages") == [], "received later, but dated earlier"


def test_a_line_of_the_sheet_without_its_columns_is_a_finding_and_the_others_count(house: House) -> None:
    house.put("R8/chat_activity/2026-08-03/LoGo.csv", as_csv([HEADINGS, line(1)]))
    put_mapping(house, "04", ["壊れた行", "日時"], LOGO)
    house.night()
    assert len(house.landed("chat_activity__messages")) == 1
    (finding,) = [f for f in house.control()["findings"] if f["severity"] == "error"]
    assert (finding["rule"], finding["field_label"]) == ("missing_value", "投稿者の列")


def test_every_part_of_the_policy_changes_the_digest(house: House) -> None:
    house.night()
    digests = {ReadingPolicy().digest, ReadingPolicy.newest(house.settings.landed, ()).digest}
    assert len(digests) == 1, "no sheet is an empty sheet"
    house.put("R8/policy/2026-08-04/別表記.csv", "別表記,団体コード\r\n紀ノ川市,302082\r\n".encode())
    for rows in ([], [LOGO], [[*LOGO[:9], "yyyy-MM-dd"]]):
        if rows:
            put_mapping(house, "05", *rows)
        house.night()
        digests.add(ReadingPolicy.newest(house.settings.landed, _receipts(house)).digest)
    assert len(digests) == 4


def _receipts(house: House) -> tuple[Receipt, ...]:
    from pipelines.ingest.archive import Archive

    return Archive(house.settings).ledger.receipts


REGISTER_HEADINGS = [
    "団体コード",
    "都道府県名",
    "郡名",
    "団体名",
    "団体名のよみ",
    "所管の地方機関",
    "人口",
    "地図の列",
    "地図の行",
]


def put_register(house: House, day: str, *rows: list[str]) -> None:
    padded = [row + [""] * (len(REGISTER_HEADINGS) - len(row)) for row in rows]
    house.put(f"R8/policy/2026-08-{day}/設定_団体一覧.csv", as_csv([REGISTER_HEADINGS, *padded]))


@pytest.fixture
def elsewhere() -> Iterator[None]:
    yield
    use_municipalities(())


def test_a_prefecture_that_sends_its_register_is_read_by_it_and_by_each_newer_one(
    house: House, elsewhere: None
) -> None:
    code = register_of(31)[30].code
    titles = [field.header("R8.1") for field in all_datasets()["survey__needs"].columns]
    needs = [
        [number, "R8.8.3", town, "セキュリティ", "", "", ""]
        for number, town in (("1", "海南市"), ("2", "架空浜市"))
    ]
    house.put("R8/survey/2026-08-03/需要調査.csv", as_csv([titles, *needs]))
    house.night()
    assert [r["municipality_code"] for r in house.landed("survey__needs")] == ["302023"]
    put_register(house, "04", [code, "架空01県", "", "架空浜市", "", "", "1,200"])
    house.night()
    assert [r["municipality_code"] for r in house.landed("survey__needs")] == [code]
    (known,) = house.control()["municipalities"]
    assert (known["name"], known["population"], known["bureau"]) == ("架空浜市", 1200, "")
    put_register(
        house,
        "05",
        ["302023", "和歌山県", "", "海南市", "", "", "50000", "0", "1"],
        [code, "架空01県", "", "架空浜市", "", "", "1200", "2", "3"],
    )
    house.night()
    assert {r["municipality_code"] for r in house.landed("survey__needs")} == {"302023", code}
    places = {m["name"]: (m["tile_column"], m["tile_row"]) for m in house.control()["municipalities"]}
    assert places == {"海南市": (0, 1), "架空浜市": (2, 3)}
