"""The doctor. If it calls a spoiled home healthy, the day somebody needs the archive is the day it turns out."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from pipelines import cli
from pipelines.ingest.ledger import Ledger
from pipelines.ingest.pseudonyms import load_key
from pipelines.serve.doctor import CHECKS, examine, installation
from pipelines.serve.doctor.installation import locked
from pipelines.serve.doctor.trouble import Trouble, quiet
from pipelines.serve.issue import issue
from pipelines.serve.lock import WriterLock
from pipelines.serve.release import current_id, switch
from pipelines.serve.sums import write_sums
from pipelines.settings import TOKYO, Settings
from tests.unit.ingest.received import LOG, House, form
from tests.unit.serve.issuing import TODAY, make_release, one_line


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A healthy home and its raw: files received and landed, two releases, an edition."""
    folder = tmp_path_factory.mktemp("healthy")
    house = House(folder)
    house.put(LOG, form())
    house.put("R8/visit_log/2026-08-04/橋本市_派遣実施報告書.csv", form(town="橋本市", month="R8.7"))
    house.night()
    for name in ("one", "two"):
        write_sums(make_release(house.settings, name))
    issue(house.settings, "暫定", TODAY, one_line)
    return folder


@pytest.fixture
def settings(healthy: Path, tmp_path: Path) -> Settings:
    """A healthy home to be spoiled."""
    shutil.copytree(healthy, tmp_path, symlinks=True, dirs_exist_ok=True)
    return House(tmp_path).settings


def troubles(settings: Settings) -> dict[str, list[Trouble]]:
    """What is found, by check; not what is wrong with the machine that runs the test."""
    found = examine(settings, quiet, [c for c in CHECKS if c[0] not in ("Pythonと部品", "書体", "空き容量")])
    return {e.name: list(e.troubles) for e in found if e.troubles}


def archived(settings: Settings, number: int = 0) -> Path:
    file_id = Ledger(settings.ledger).receipts[number].file_id
    return settings.archive / file_id[:2] / file_id


def spoil(path: Path) -> None:
    """Flip one byte in the middle, as a disk does."""
    path.chmod(0o644)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0x55
    path.write_bytes(bytes(data))


def mend(settings: Settings) -> None:
    for found in troubles(settings).values():
        for trouble in found:
            if trouble.mend:
                trouble.mend()


def test_a_healthy_home_has_no_troubles(settings: Settings) -> None:
    assert troubles(settings) == {}


def visits_segment(settings: Settings) -> Path:
    return next(p for p in (settings.landed / "visit_log__visits").glob("*.parquet") if "empty" not in p.name)


def manifest_of_landed(settings: Settings) -> Path:
    return next((settings.landed / "_manifest").glob("*.json"))


SPOILED: dict[str, tuple[Callable[[Settings], object], str, str, bool]] = {
    "archive byte": (lambda s: spoil(archived(s)), "受領ファイルの控え", "受領したときと違います", True),
    "archive gone": (lambda s: archived(s).unlink(), "受領ファイルの控え", "なくなっています", True),
    "landed byte": (
        lambda s: spoil(visits_segment(s)),
        "読み取った行",
        "visit_log__visits が、読み取ったときと違います",
        True,
    ),
    "landed cut": (
        lambda s: os.truncate(visits_segment(s), 40),
        "読み取った行",
        "読み取ったときと違います",
        True,
    ),
    "landed gone": (
        lambda s: [p.unlink() for p in (s.landed / "_files").glob("0*.parquet")],
        "読み取った行",
        "なくなっています",
        True,
    ),
    "landed empty": (
        lambda s: os.truncate(s.landed / "_counts" / "empty.parquet", 9),
        "読み取った行",
        "_counts を読めません",
        True,
    ),
    "landed manifest": (
        lambda s: manifest_of_landed(s).write_text("{", encoding="utf-8"),
        "読み取った行",
        "目録を読めません",
        True,
    ),
    "release byte": (
        lambda s: spoil(s.releases / "one" / "warehouse.duckdb"),
        "公開版",
        "公開版 oneが、公開したときと違います: warehouse.duckdb",
        False,
    ),
    "release document gone": (
        lambda s: shutil.rmtree(s.releases / "two" / "control"),
        "公開版",
        "(いま読まれている版)が、公開したときと違います: control/files.parquet",
        False,
    ),
    "release manifest": (
        lambda s: (s.releases / "one" / "manifest.json").write_text("{", encoding="utf-8"),
        "公開版",
        "manifest.json)を読めません",
        False,
    ),
    "current dangling": (
        lambda s: (s.current.unlink(), s.current.symlink_to("releases/nowhere")),
        "公開版への道",
        "つながっていません",
        True,
    ),
    "warehouse dangling": (
        lambda s: (s.warehouse.unlink(), s.warehouse.symlink_to("nowhere")),
        "公開版への道",
        "つながっていません",
        True,
    ),
    "edition": (
        lambda s: spoil(s.issued / "R8-暫定-01" / "verdict.json"),
        "発行した版",
        "書き換えあり",
        False,
    ),
    "edition gone": (lambda s: shutil.rmtree(s.issued / "R8-暫定-01"), "発行した版", "なし", False),
    "ledger": (lambda s: spoil(s.ledger), "台帳", "受領台帳の", False),
    "ledger cut": (
        lambda s: s.ledger.write_bytes(s.ledger.read_bytes().splitlines(keepends=True)[0]),
        "台帳",
        "行が失われています",
        False,
    ),
    "build": (lambda s: (s.candidate / "control").mkdir(parents=True), "作りかけ", "作りかけ", True),
    "half a file": (lambda s: (s.archive / ".incoming").write_bytes(b"x"), "作りかけ", "作りかけ", True),
    "open archive": (lambda s: s.archive.chmod(0o755), "フォルダの権限", "だれもが開ける", True),
}


@pytest.mark.parametrize("name", SPOILED)
def test_what_is_spoiled_is_named_with_its_place_and_what_can_be_made_again_is_mended(
    settings: Settings, name: str
) -> None:
    act, check, words, is_mended = SPOILED[name]
    act(settings)
    found = troubles(settings)
    assert any(words in trouble.what for trouble in found[check]), found
    for trouble in (t for found_by in found.values() for t in found_by):
        assert trouble.where
        assert trouble.todo
    kept = {p: p.read_bytes() for p in settings.issued.rglob("*") if p.is_file()} | {
        settings.ledger: settings.ledger.read_bytes()
    }
    mend(settings)
    assert (check not in troubles(settings)) == is_mended
    assert {p: p.read_bytes() for p in kept} == kept, "what cannot be made again is never touched"


def test_what_was_landed_is_read_again_from_the_archive_after_mending(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.put(LOG, form())
    house.night()
    before = house.landed()
    spoil(visits_segment(house.settings))
    mend(house.settings)
    shutil.rmtree(house.raw / "R8")
    assert house.night().files_read == 1
    assert house.landed() == before


def test_an_archived_file_that_is_nowhere_else_stays_as_it_is(settings: Settings) -> None:
    shutil.rmtree(settings.raw / "R8")
    spoil(archived(settings))
    spoiled = archived(settings).read_bytes()
    mend(settings)
    (trouble,) = troubles(settings)["受領ファイルの控え"]
    assert "控え(バックアップ)" in trouble.todo
    assert trouble.mend is None
    assert archived(settings).read_bytes() == spoiled


def test_lost_links_lead_to_the_last_release_that_is_whole(settings: Settings) -> None:
    spoil(settings.releases / "two" / "verdict.json")
    settings.current.unlink()
    mend(settings)
    assert current_id(settings) == "one"


def test_nothing_is_called_half_made_while_somebody_is_making_it(settings: Settings) -> None:
    (settings.candidate / "control").mkdir(parents=True)
    with WriterLock(settings):
        assert "作りかけ" not in troubles(settings)
        os.utime(settings.home / "lock", (1_700_000_000, 1_700_000_000))
        assert "長く動き続けています(PID" in troubles(settings)["作りかけ"][0].what
    assert "作りかけ" in troubles(settings)


def test_a_night_that_ended_in_the_future_is_a_wrong_clock(settings: Settings) -> None:
    settings.status_dir.mkdir()
    later = datetime.now(TOKYO) + timedelta(days=400)
    (settings.status_dir / "latest.json").write_text(
        json.dumps({"finished_at": later.isoformat()}), encoding="utf-8"
    )
    assert "より先です" in troubles(settings)["時計"][0].what


@pytest.fixture
def real(tmp_path: Path) -> Settings:
    house = House(tmp_path, is_sample=False)
    house.put(LOG, form())
    house.receive()
    return house.settings


def test_real_files_need_their_key(real: Settings) -> None:
    assert "仮名の鍵がありません" in troubles(real)["仮名の鍵"][0].what
    assert not (real.key_file or Path()).exists(), "looking must not make a new one"
    load_key(real.key_file)
    assert "仮名の鍵" not in troubles(real)
    assert real.key_file is not None
    real.key_file.chmod(0o644)
    assert "ほかの利用者が読める" in troubles(real)["仮名の鍵"][0].what


def test_another_key_than_that_of_the_release_is_named(real: Settings) -> None:
    key_id = load_key(real.key_file).key_id
    folder = make_release(real, "one", is_sample=False)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    for used, is_wrong in ((key_id, False), ("another", True)):
        (folder / "manifest.json").write_text(json.dumps(manifest | {"key_id": used}), encoding="utf-8")
        switch(real, "one")
        assert ("仮名の鍵" in troubles(real)) == is_wrong


def test_packages_are_held_against_the_lock(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "typer==9.9.9 \\\n    --hash=sha256:00\nnothing-here==1.0 ; sys_platform == 'nowhere' \\\nrich[x]==0.1 \\\n"
    assert locked(text) == {"typer": "9.9.9", "rich": "0.1"}
    monkeypatch.setattr(installation.metadata, "version", lambda name: "0")
    assert len(list(installation.packages(settings, quiet))) > 50


def test_this_very_installation_is_what_the_lock_says(settings: Settings) -> None:
    assert list(installation.packages(settings, quiet)) == []
    assert list(installation.fonts(settings, quiet)) == []


def test_a_group_of_readers_that_there_is_not_is_named_before_a_night_stumbles_over_it(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KYOSO_READERS", "nobody-knows-them")
    assert "nobody-knows-them" in troubles(settings)["フォルダの権限"][0].what


def test_a_full_disk_is_foretold(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installation, "LEAST_FREE_BYTES", 2**60)
    assert "空きが足りません" in next(installation.disk(settings, quiet)).what


def test_the_command_ends_with_3_and_with_0_once_mended(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(installation, "LEAST_FREE_BYTES", 0)
    spoil(visits_segment(settings))

    def doctor(*more: str) -> tuple[int, str]:
        command = ["kyoso", "doctor", "--home", str(settings.home), "--raw", str(settings.raw), *more]
        monkeypatch.setattr(sys, "argv", command)
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return int(ended.value.code or 0), capsys.readouterr().out

    code, out = doctor()
    assert code == 3
    assert "× 読み取った行: 1件" in out
    assert "○ 発行した版" in out
    code, out = doctor("--repair")
    assert code == 0, out
    assert "1件を直しました" in out
    code, out = doctor()
    assert (code, out.splitlines()[-1]) == (0, "異常はありません。")


def test_a_home_that_is_not_there_is_one_trouble_and_is_not_made(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "raw", tmp_path / "nowhere", 2026, TODAY)
    assert list(troubles(settings)) == ["フォルダの権限"]
    assert not settings.home.exists()
