"""Names and codes of municipalities. 日高町's money on 日高川町's page is the mistake nobody forgives."""

from __future__ import annotations

import contextlib
import csv
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.demo.nation import register_of
from pipelines.ingest.japanese.reading import Missing, Unreadable
from pipelines.ingest.municipalities import (
    Municipality,
    area,
    check_digit,
    corporate_check_digit,
    default_municipalities,
    is_named_once,
    municipalities,
    parse_area_code,
    parse_corporate_number,
    parse_municipality,
    parse_place_name,
    register_number,
    use_municipalities,
)
from pipelines.ingest.read.workbook import read_workbook

TOWNS = sorted(municipalities().values(), key=lambda m: m.code)


def test_there_are_thirty_with_right_check_digits() -> None:
    assert len(TOWNS) == 30
    assert [m.code for m in TOWNS if int(m.code[5]) != check_digit(m.code[:5])] == []


def test_codes_and_names_are_those_of_the_national_list(real_files: Path) -> None:
    rows = read_workbook(real_files / "000925835.xlsx")[0].rows
    national = {str(r[0]): r[2] for r in rows if r[1] == "和歌山県" and r[2]}
    assert national == {m.code: m.name for m in TOWNS}


def test_the_check_digit_rule_holds_for_every_municipality_of_japan(real_files: Path) -> None:
    codes = [str(r[0]) for r in read_workbook(real_files / "000925835.xlsx")[0].rows[1:]]
    assert len(codes) > 1700
    assert [code for code in codes if parse_area_code(code).value != code] == []


@pytest.mark.parametrize("town", TOWNS, ids=lambda m: m.name)
def test_every_official_form_of_a_name_and_code_is_that_town(town: Municipality) -> None:
    name, code = town.name, town.code
    forms = [
        name,
        town.long_name,
        town.district + name,
        "和歌山県" + name,
        f" {name}　",
        f"{name[:1]} {name[1:]}",
    ]
    codes = [code, code[:5], int(code), int(code[:5]), f"{code[:5]}.0", float(code), f"{code}.0"]
    assert {parse_municipality(form).value for form in (*forms, *codes)} == {code}


def test_a_completed_code_is_recorded_as_read_differently() -> None:
    assert "302015" in parse_municipality("30201.0").repair
    assert parse_municipality("302015").repair == ""


@pytest.mark.parametrize(
    ("typed", "suggestion"),
    [
        ("日高郡", "日高"),
        ("日高", ""),
        ("日高川", ""),
        ("広川", ""),
        ("和歌山", ""),
        ("和歌山県", ""),
        ("紀ノ川市", "紀の川市"),
        ("上富田", ""),
        ("西牟婁郡串本町", ""),
        ("大阪府日高町", ""),
        ("海南市・橋本市", ""),
    ],
)
def test_no_near_or_partial_name_is_ever_taken(typed: str, suggestion: str) -> None:
    with pytest.raises(Unreadable) as caught:
        parse_municipality(typed)
    assert caught.value.rule == "unknown_municipality"
    assert suggestion in caught.value.suggestion


@pytest.mark.parametrize(("typed", "code"), [("", "blank"), ("<NA>", "not_available"), ("－", "none")])
def test_what_other_programs_write_for_no_value_is_missing_and_no_town(typed: str, code: str) -> None:
    for parse in (parse_municipality, parse_area_code, parse_corporate_number):
        read = parse(typed)
        assert isinstance(read, Missing)
        assert (read.code, bool(read.repair)) == (code, typed != "")


def test_towns_with_names_alike_are_never_confused() -> None:
    names = [
        "日高町",
        "日高川町",
        "有田市",
        "有田川町",
        "紀美野町",
        "美浜町",
        "高野町",
        "田辺市",
        "日高郡日高町",
        "日高郡日高川町",
    ]
    assert [municipalities()[parse_municipality(n).value].name for n in names] == [
        n.split("郡")[-1] for n in names
    ]


@given(st.text("日高川町郡和歌山県市有田紀の美浜 ", max_size=8))
def test_a_text_is_a_town_only_when_it_is_exactly_one_of_its_names(text: str) -> None:
    with contextlib.suppress(Unreadable):
        read = parse_municipality(text)
        if isinstance(read, Missing):
            assert not text.strip()
            return
        town = municipalities()[read.value]
        bare = "".join(text.split())
        assert bare in {town.name, town.long_name, town.district + town.name, "和歌山県" + town.name}


def test_an_alias_is_exact_and_cannot_rename_an_official_name() -> None:
    aliases = {"紀ノ川市": "302082", "日高町": "303925", "古い名": "999999"}
    read = parse_municipality("紀ノ川 市", aliases)
    assert (read.value, "紀の川市" in read.repair) == ("302082", True)
    assert parse_municipality("日高町", aliases).value == "303828"
    for typed in ("紀ノ川", "古い名"):
        with pytest.raises(Unreadable):
            parse_municipality(typed, aliases)


@pytest.mark.parametrize(
    ("typed", "rule", "suggestion"),
    [
        ("302016", "wrong_check_digit", "302015"),
        ("302024", "wrong_check_digit", "302023"),
        ("272001", "unknown_municipality", ""),
        ("300004", "unknown_municipality", ""),
        ("3020", "not_a_code", ""),
        ("1202", "unknown_municipality", ""),
        ("302", "not_a_code", ""),
        ("3020155", "not_a_code", ""),
        ("30201.5", "not_a_code", ""),
    ],
)
def test_a_code_that_is_wrong_or_elsewhere_is_refused(typed: str, rule: str, suggestion: str) -> None:
    with pytest.raises(Unreadable) as caught:
        parse_municipality(typed)
    assert (caught.value.rule, caught.value.suggestion) == (rule, suggestion)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("11002", "011002"),
        (12025, "012025"),
        ("1202", "012025"),
        ("01202", "012025"),
        ("30201", "302015"),
        ("13101", "131016"),
        ("30000", "300004"),
    ],
)
def test_codes_that_lost_their_leading_zero_are_told_from_codes_without_check_digit(
    typed: object, code: str
) -> None:
    assert parse_area_code(typed).value == code


def test_a_published_list_with_lost_zeros_is_read_rightly_or_refused_as_ambiguous(real_files: Path) -> None:
    """函館市 stands there as 12025. Completed as a five-digit code it would become a place in 千葉県."""
    national = {str(r[0]): (r[1], r[2]) for r in read_workbook(real_files / "000925835.xlsx")[0].rows[1:]}
    with (real_files / "mynumber_card_20170308" / "all_localgovs.csv").open(encoding="utf-8-sig") as file:
        rows = [(r["団体コード"], (r["都道府県名"], r["市区町村名"])) for r in csv.DictReader(file)]
    wrong: list[tuple[object, ...]] = []
    refusals: list[tuple[str, bool]] = []
    for code, place in rows:
        try:
            found = parse_area_code(code).value
        except Unreadable as error:
            refusals.append((error.rule, code.zfill(6) in error.suggestion))
        else:
            if found != code.zfill(6):
                wrong.append((code, place, found, national.get(found)))
    assert wrong == []
    assert set(refusals) == {("ambiguous_code", True)}
    assert len(refusals) < len(rows) / 7


def test_the_check_digit_of_a_corporate_number_is_that_of_real_bodies() -> None:
    for number in ("4000020300004", "7000012050002", "1180301018771"):
        assert parse_corporate_number(number).value == number
        assert int(number[0]) == corporate_check_digit(number[1:])


@pytest.mark.parametrize(
    "typed",
    ["T4000020300004", "4000-0203-00004", "４００００２０３００００４", 4000020300004, "4000020300004.0"],
)
def test_a_corporate_number_may_be_typed_as_people_type_it(typed: object) -> None:
    assert parse_corporate_number(typed).value == "4000020300004"


@pytest.mark.parametrize(
    ("typed", "rule"),
    [
        ("1000020300004", "wrong_check_digit"),
        ("400002030000", "not_a_corporate_number"),
        ("不明", "not_a_corporate_number"),
    ],
)
def test_a_wrong_corporate_number_is_refused(typed: str, rule: str) -> None:
    with pytest.raises(Unreadable) as caught:
        parse_corporate_number(typed)
    assert caught.value.rule == rule
    assert parse_corporate_number(caught.value.example).value, (
        "the example given to the clerk is itself right"
    )


@given(st.integers(10**11, 10**12 - 1), st.integers(0, 11), st.integers(1, 9))
def test_one_wrong_digit_of_a_corporate_number_is_noticed(twelve: int, place: int, shift: int) -> None:
    text = str(twelve)
    good = f"{corporate_check_digit(text)}{text}"
    digit = (int(text[place]) + shift) % 10
    bad = good[0] + text[:place] + str(digit) + text[place + 1 :]
    assert parse_corporate_number(good).value == good
    if {text[place], str(digit)} != {"0", "9"}:  # modulo 9 cannot tell these two apart
        with pytest.raises(Unreadable):
            parse_corporate_number(bad)


@pytest.fixture
def two_of_a_name() -> Iterator[tuple[Municipality, ...]]:
    """Two towns of one name in two prefectures that cannot exist, and a third beside them."""
    first, *others = register_of(60)[30:33]
    twin = replace(
        others[0],
        name=first.name,
        prefecture="架空99県",
        long_name="架空99県" + first.name,
        district="",
    )
    register = (first, twin, others[1])
    use_municipalities(register)
    yield register
    use_municipalities(())


def test_a_name_of_two_municipalities_is_refused_with_both_in_full(
    two_of_a_name: tuple[Municipality, ...],
) -> None:
    first, twin, third = two_of_a_name
    with pytest.raises(Unreadable) as caught:
        parse_municipality(first.name)
    assert caught.value.rule == "ambiguous_municipality"
    assert caught.value.suggestion == f"{first.long_name}、{twin.long_name}"
    for town in (first, twin):
        assert parse_municipality(town.long_name).value == town.code
        assert parse_municipality(town.code).value == parse_municipality(town.code[:5]).value == town.code
    assert parse_municipality(third.name).value == third.code
    assert (is_named_once(first.name), is_named_once(third.name)) == (False, True)


def test_a_register_replaces_the_default_and_goes_with_it(two_of_a_name: tuple[Municipality, ...]) -> None:
    before = register_number()
    with pytest.raises(Unreadable):
        parse_municipality("海南市")
    use_municipalities(two_of_a_name)
    assert register_number() == before
    use_municipalities(())
    assert register_number() == before + 1
    assert parse_municipality("海南市").value == "302023"
    assert tuple(municipalities().values()) == default_municipalities()


def test_a_programme_is_a_prefectures_or_the_nations() -> None:
    use_municipalities(())
    assert area() == "和歌山県"
    others = [replace(m, code=f"27{m.code[2:]}", prefecture="大阪府") for m in default_municipalities()[:1]]
    try:
        use_municipalities(others)
        assert area() == "大阪府"
        use_municipalities([*default_municipalities(), *others])
        assert area() == "全国"
    finally:
        use_municipalities(())


@pytest.mark.parametrize(
    "name",
    ["../../tmp", "大阪/府", "大阪\\府", ".隠し", "甲\n乙", "甲%乙", "甲[乙]", "あ" * 31, 'a"b', "C:市"],
)
def test_a_name_that_no_file_could_bear_is_refused(name: str) -> None:
    """Correction folders and kartes are named by it: with a path in it they would land somewhere else."""
    with pytest.raises(Unreadable) as refused:
        parse_place_name(name)
    assert refused.value.rule == "not_a_place_name"
    assert refused.value.example == "海南市"


@given(st.text(max_size=40))
def test_a_name_that_is_read_stays_in_its_folder(name: str) -> None:
    try:
        read = str(parse_place_name(name).value)
    except Unreadable:
        return
    assert (Path("/folder") / f"30_{read}.pdf").resolve().parent == Path("/folder")


def test_every_name_of_the_nation_is_read() -> None:
    for m in (*default_municipalities(), *register_of(1741)):
        for name in (m.name, m.district, m.prefecture):
            assert parse_place_name(name).value == name
