"""Programmes of more than one prefecture, and loads: what cannot be real is never taken for it."""

from __future__ import annotations

import json
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pipelines.demo.load import write_messages
from pipelines.demo.nation import MOST, register_of, register_sheet
from pipelines.demo.programme import PARTS, Load, make_programme
from pipelines.demo.world import make_world
from pipelines.errors import KyosoError
from pipelines.ingest.conform.file import conform_file
from pipelines.ingest.conform.outcome import FileJob
from pipelines.ingest.municipalities import (
    check_digit,
    default_municipalities,
    municipalities,
    use_municipalities,
)
from pipelines.ingest.pseudonyms import sample_key
from pipelines.settings import SAMPLE_MARKER
from tests.unit.demo.test_programme import differing, files, findings
from tests.unit.ingest.received import House

# Few files, and rows of every prefecture in them.
TWO = Load(years=1, only=frozenset({"policy", "procurement"}))
REAL_PREFECTURES = {f"{number:02d}" for number in range(1, 48)}


@pytest.fixture(autouse=True)
def back_to_the_default() -> Iterator[None]:
    yield
    use_municipalities(())


@pytest.mark.parametrize("count", [31, 40, 300, MOST])
def test_every_invented_municipality_is_plainly_invented(count: int) -> None:
    towns = register_of(count)
    assert len(towns) == len({t.code for t in towns}) == len({t.long_name for t in towns}) == count
    assert [t.code for t in towns] == sorted(t.code for t in towns)
    assert towns[:30] == default_municipalities()
    for town in towns[30:]:
        assert town.code[:2] not in REAL_PREFECTURES
        assert int(town.code[5]) == check_digit(town.code[:5])
        assert town.prefecture.startswith("架空")
        assert town.name.startswith("架空")


def test_the_nation_has_47_prefectures_and_names_that_stand_twice() -> None:
    towns = register_of(MOST)
    assert len({t.prefecture for t in towns}) == 47
    assert max(Counter(t.name for t in towns).values()) == 2


@pytest.fixture(scope="module")
def two_prefectures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("two")
    make_programme(folder, seed=7, count=40, mess=0, load=TWO)
    return folder


def test_a_programme_of_two_prefectures_is_read_by_its_own_register(
    two_prefectures: Path, tmp_path: Path
) -> None:
    assert municipalities() == {m.code: m for m in default_municipalities()}
    (sheet,) = two_prefectures.rglob("設定_団体一覧.xlsx")
    house = House(tmp_path)
    for name in files(two_prefectures):
        if name.endswith(("設定_団体一覧.xlsx", "共同調達・共同利用台帳_R8.xlsx")):
            house.put(name, (two_prefectures / name).read_bytes())
    house.night()
    control = house.control()
    known = {m["municipality_code"]: m for m in control["municipalities"]}
    assert list(known) == [m.code for m in register_of(40)]
    assert known["302015"]["prefecture_name"] == "和歌山県"
    assert {m["prefecture_name"] for m in known.values()} == {"和歌山県", "架空01県"}
    assert [f["message"] for f in control["findings"] if f["severity"] == "error"] == []
    joined = house.landed("procurement__joint_case_participants")
    assert {code[:2] for code in (row["municipality_code"] for row in joined)} == {"30", "51"}
    assert sheet.relative_to(two_prefectures).as_posix().startswith("R8/policy/")


def test_without_its_register_the_same_rows_are_set_aside(two_prefectures: Path) -> None:
    assert {f.rule for _, f in findings(two_prefectures)} == {"unknown_municipality"}


def test_the_same_seed_gives_the_same_nation(two_prefectures: Path, tmp_path: Path) -> None:
    make_programme(tmp_path, seed=7, count=40, mess=0, load=TWO)
    assert differing(two_prefectures, tmp_path) == []


def test_years_leave_out_what_was_sent_before(two_prefectures: Path) -> None:
    # What was decided before still holds.
    years = {name.split("/")[0] for name in files(two_prefectures) if "/policy/" not in name}
    assert years == {"R8", "架空データ"}


def test_only_the_sources_asked_for_are_written(tmp_path: Path) -> None:
    make_programme(tmp_path, count=4, load=Load(years=1, only=frozenset({"survey", "policy"})))
    assert {name.split("/")[1] for name in files(tmp_path) if "/" in name} == {"survey", "policy"}


def test_workbooks_are_added_until_there_are_so_many(tmp_path: Path) -> None:
    make_programme(tmp_path, count=4, load=Load(years=2, workbooks=40, only=frozenset({"visit_log"})))
    books = list(tmp_path.rglob("*.xlsx"))
    assert len(books) == len({path.name for path in books}) == 40
    assert findings(tmp_path) == []


@pytest.mark.parametrize(
    ("load", "said"),
    [
        (Load(years=6), "--years 5"),
        (Load(workbooks=100_001), "--workbooks 100000"),
        (Load(messages=-1), "--messages"),
        (Load(only=frozenset({"visits"})), "--only visit_log"),
        (Load(years=1, workbooks=500, only=frozenset({"visit_log"})), "--municipalities か --years"),
    ],
)
def test_a_load_that_cannot_be_is_a_usage_error(tmp_path: Path, load: Load, said: str) -> None:
    with pytest.raises(KyosoError) as caught:
        make_programme(tmp_path, count=4, load=load)
    assert caught.value.exit_code == 2
    assert said in str(caught.value)


def test_a_load_without_room_adds_nothing_says_the_most_and_may_be_asked_for_again(tmp_path: Path) -> None:
    story = Load(years=1, only=frozenset({"visit_log"}))
    make_programme(tmp_path, count=4, load=story)
    told = files(tmp_path)
    with pytest.raises(KyosoError) as caught:
        make_programme(tmp_path, count=4, load=replace(story, workbooks=500))
    assert files(tmp_path) == told
    most = int(str(caught.value).rpartition("--workbooks ")[2].split()[0])
    make_programme(tmp_path, count=4, load=replace(story, workbooks=most))
    assert len(list(tmp_path.rglob("*.xlsx"))) == most


def test_a_programme_interrupted_anywhere_may_be_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    story = Load(years=1, only=frozenset({"policy", "survey"}))
    with monkeypatch.context() as patch:
        patch.setitem(PARTS, "survey", ("アンケート", interrupted))
        with pytest.raises(KeyboardInterrupt):
            make_programme(tmp_path, count=4, load=story)
    with monkeypatch.context() as patch:
        # The second file that is taken away cannot be.
        unlink, taken = Path.unlink, iter(range(9))
        patch.setattr(Path, "unlink", lambda path: unlink(path) if next(taken) < 1 else interrupted())
        with pytest.raises(KeyboardInterrupt):
            make_programme(tmp_path, count=4, load=story)
    make_programme(tmp_path, count=4, load=story)
    assert (tmp_path / SAMPLE_MARKER).exists()


@pytest.mark.parametrize("wanted", [1, 700, 3_000])
def test_a_load_of_messages_is_exact_and_read_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wanted: int
) -> None:
    monkeypatch.setattr("pipelines.demo.load.POSTS_PER_EXPORT", 1_000)
    assert write_messages(make_world(3, 4, 0), tmp_path, wanted) == -(-wanted // 1_000)
    landed = 0
    for path in sorted(tmp_path.rglob("*.zip")):
        outcome = conform_file(FileJob("a" * 64, "chat_activity", path, path.name, sample_key()))
        assert outcome.findings == []
        landed += sum(count.rows_landed for count in outcome.counts)
        with zipfile.ZipFile(path) as archive:
            days = [json.loads(archive.read(n)) for n in archive.namelist() if "/" in n]
        assert sum(map(len, days)) <= 1_000
    assert landed == wanted


@pytest.mark.parametrize(("count", "is_drawn"), [(4, True), (29, True), (31, False)])
def test_the_prefectures_own_keep_their_places_on_the_map_until_others_join_them(
    count: int, is_drawn: bool
) -> None:
    places = [(row["tile_column"], row["tile_row"]) for row in register_sheet(register_of(count)).rows]
    assert len(places) == count
    assert all((None not in place) == is_drawn for place in places)
    assert not is_drawn or len(set(places)) == count
