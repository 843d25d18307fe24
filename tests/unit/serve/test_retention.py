"""The end of a chat original. If a row is lost, no figure can be made again; if a text stays, the promise is broken."""

from __future__ import annotations

import json
import shutil
import sys
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines import cli
from pipelines.errors import KyosoError
from pipelines.ingest.archive import Archive
from pipelines.ingest.conform import counts_file
from pipelines.ingest.control import in_force_hash
from pipelines.ingest.ledger import Ledger
from pipelines.ingest.pseudonyms import load_key
from pipelines.report.evidence_cells import EvidenceCell
from pipelines.serve import replacing
from pipelines.serve.backup import back_up
from pipelines.serve.doctor import CHECKS, examine
from pipelines.serve.doctor.trouble import Trouble, quiet
from pipelines.serve.key import rotate
from pipelines.serve.replacing import STAGED, apply
from pipelines.serve.retention import kept_until, notices, originals
from pipelines.serve.trace_open import SAME, open_cells
from tests.faults.dying import killed_at_every_change
from tests.unit.ingest.read.chat_files import post
from tests.unit.ingest.received import LOG, House, form
from tests.unit.serve.keeping import DUE, EXPORT, LAST_DAY, chat, released, secrets_below

MESSAGES = "chat_activity__messages"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real home with an old chat export, a visit log, and a release that has both."""
    house = House(tmp_path_factory.mktemp("made"), is_sample=False)
    chat(house)
    house.put(LOG, form())
    house.night()
    released(house.settings)
    return house.folder


@pytest.fixture(scope="module")
def ended(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same after counts have taken the place of the original; it still lies in `raw`."""
    house = copied(made, tmp_path_factory.mktemp("ended"))
    apply(house.settings, "保存期間の満了", "県 花江", today=DUE)
    return house.folder


def copied(folder: Path, to: Path) -> House:
    shutil.copytree(folder, to, symlinks=True, dirs_exist_ok=True)
    return House(to, is_sample=False)


@pytest.fixture
def house(made: Path, tmp_path: Path) -> House:
    """A home of its own, before the end."""
    return copied(made, tmp_path)


@pytest.fixture
def after(ended: Path, tmp_path: Path) -> House:
    """A home of its own, after the end."""
    return copied(ended, tmp_path)


def landed_again(house: House) -> dict[str, Any]:
    """What lands from the archive alone, everything landed before being forgotten."""
    shutil.rmtree(house.settings.landed)
    house.night()
    return house.control() | {"rows": house.landed(MESSAGES)}


def original_of(house: House) -> Path:
    receipt = next(r for r in Ledger(house.settings.ledger).receipts if r.path == EXPORT)
    return house.settings.archive / receipt.file_id[:2] / receipt.file_id


def troubles(house: House) -> list[Trouble]:
    checks = [c for c in CHECKS if c[0] in ("台帳", "受領ファイルの控え", "原本の保存期間", "作りかけ")]
    return [t for e in examine(house.settings, quiet, checks) for t in e.troubles]


@pytest.mark.parametrize(
    ("received", "years", "until"),
    [
        (date(2026, 7, 3), 1, date(2028, 3, 31)),
        (date(2027, 3, 31), 1, date(2028, 3, 31)),
        (date(2027, 4, 1), 1, date(2029, 3, 31)),
        (date(2026, 7, 3), 0.5, date(2027, 9, 30)),
        (date(2026, 7, 3), 0, date(2027, 3, 31)),
        (date(2026, 7, 3), -2, date(2027, 3, 31)),
    ],
)
def test_the_years_run_from_the_fiscal_year_after_receipt(received: date, years: float, until: date) -> None:
    assert kept_until(received, years) == until


def test_nothing_is_due_before_the_last_day_is_over_and_policy_moves_it(house: House) -> None:
    (original,) = originals(house.settings)
    assert (original.receipt.path, original.kept_until) == (EXPORT, LAST_DAY)
    assert apply(house.settings, "期間満了", today=LAST_DAY) == []
    assert notices(house.settings, LAST_DAY) == []
    assert EXPORT in notices(house.settings, DUE)[0]
    with duckdb.connect(str(house.settings.releases / "told" / "warehouse.duckdb")) as con:
        row = "('chat_activity_original_retention_years', 3, date '2026-04-01')"
        con.execute(f"insert into staging.stg_policy__parameters values {row}")
    assert originals(house.settings)[0].kept_until == date(2023, 3, 31)


def test_a_file_received_again_is_kept_from_its_last_receipt_on(house: House) -> None:
    again = house.raw / "R8/chat_activity/2026-05-10/もう一度.zip"
    again.parent.mkdir(parents=True)
    shutil.copy(house.raw / EXPORT, again)
    house.receive()
    assert originals(house.settings)[0].kept_until == date(2028, 3, 31)


def test_counts_take_the_place_of_the_original_and_give_the_very_same(after: House, made: Path) -> None:
    house = House(made, is_sample=False)
    before = house.control() | {"rows": house.landed(MESSAGES)}
    assert original_of(house).exists()
    assert not original_of(after).exists()
    (after.raw / EXPORT).unlink()
    assert len(before["rows"]) == 2
    assert landed_again(after) == before
    # The same inputs as before, so the same release.
    identities = [in_force_hash(h.settings, Archive(h.settings)) for h in (house, after)]
    assert identities[0] == identities[1]
    assert secrets_below(house.settings.home)
    assert secrets_below(after.settings.home) == set()
    assert troubles(after) == []


def test_the_attestation_says_what_stands_for_what_and_anybody_can_check_it(after: House) -> None:
    house = after
    (done,) = originals(house.settings)
    path = Archive(house.settings).path_of(done.receipt.file_id)
    with zipfile.ZipFile(path) as archive:
        said = json.loads(archive.read("attestation.json"))
        for name, stated in said["sha256"].items():
            assert stated == counts_file.hashlib.sha256(archive.read(name)).hexdigest()
        table = archive.read(f"{MESSAGES}.csv").decode()
    assert said["original"] == {
        "file_id": done.receipt.file_id,
        "path": EXPORT,
        "received_date": "2020-03-10",
        "size_bytes": (house.raw / EXPORT).stat().st_size,
        "kept_until": "2021-03-31",
    }
    assert (said["by"], said["reason"]) == ("県 花江", "保存期間の満了")
    assert said["key_id"] == load_key(house.settings.key_file).key_id
    assert said["rows"] == {MESSAGES: 2}
    assert all(said[name] for name in ("contract_version", "parser_version", "replaced_at"))
    # Whose the posts were is kept beside them, for the day on which the key is renewed.
    assert table.count('"municipality","302023","line_section"') == 2


def test_a_replaced_original_is_never_received_again(after: House) -> None:
    house = after
    renamed = house.put("R8/chat_activity/2026-05-10/別の名前.zip", (house.raw / EXPORT).read_bytes())
    for forget in (False, True):
        if forget:
            (house.settings.archive / "seen.json").unlink()
        reception = house.receive()
        assert reception.new == []
        assert sorted(reception.expired) == [EXPORT, renamed.relative_to(house.raw).as_posix()]
        assert secrets_below(house.settings.home) == set()
    said = notices(house.settings, DUE, reception.expired)
    assert len(said) == 2
    assert all("受領フォルダに残っています。削除してください" in line for line in said)
    assert [t.todo for t in troubles(house)] == ["このファイルを削除してください。"]


def test_killed_before_any_change_the_original_or_its_counts_are_there_and_the_next_run_finishes(
    house: House, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    receipt = next(r for r in Ledger(house.settings.ledger).receipts if r.path == EXPORT)
    outcome = replacing._read(house.settings, Archive(house.settings), receipt)
    monkeypatch.setattr(replacing, "_read", lambda *_: outcome)
    kept = tmp_path / "kept"
    house.settings.home.rename(kept)

    def prepare() -> None:
        shutil.rmtree(house.settings.home, ignore_errors=True)
        shutil.copytree(kept, house.settings.home, symlinks=True)

    deaths = 0
    for _ in killed_at_every_change(prepare, lambda: apply(house.settings, "満了", today=DUE)):
        deaths += 1
        archive = Archive(house.settings)
        assert archive.is_whole(receipt.file_id)
        assert archive.path_of(receipt.file_id).exists()
        apply(house.settings, "もう一度", today=DUE)
        archive = Archive(house.settings)
        assert archive.is_whole(receipt.file_id)
        assert not archive.place_of(receipt.file_id).exists()
        known = {archive.content_of(r.file_id) for r in archive.ledger.receipts}
        assert {p.name for p in house.settings.archive.glob("??/*")} == known, "nothing is left behind"
        assert not (house.settings.archive / STAGED).exists()
        assert len(archive.ledger.replacements) == 1
    assert deaths > 8


def test_a_night_finishes_a_replacement_that_was_killed_before_the_original_went(after: House) -> None:
    house = after
    original = original_of(house)
    shutil.copy(house.raw / EXPORT, original)
    assert [t.todo for t in troubles(house) if t.mend] == ["--repair か、次の kyoso nightly が削除します。"]
    house.receive()
    assert not original.exists()


def test_what_reads_back_differently_deletes_nothing(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    write = replacing.write_counts

    def loses_a_row(path: Path, outcome: Any, attested: Any) -> None:
        tables = {name: table.slice(0, 1) for name, table in outcome.tables.items()}
        write(path, replace(outcome, tables=tables), attested)

    monkeypatch.setattr(replacing, "write_counts", loses_a_row)
    with pytest.raises(KyosoError, match="原本の取込みと違います"):
        apply(house.settings, "満了", today=DUE)
    assert original_of(house).exists()
    assert Ledger(house.settings.ledger).replacements == {}
    # What was written wrongly is not taken for finished by the next run.
    monkeypatch.undo()
    assert len(apply(house.settings, "満了", today=DUE)) == 1


def test_nothing_goes_before_a_release_tells_whose_the_posts_are(house: House) -> None:
    shutil.rmtree(house.settings.releases)
    with pytest.raises(KyosoError, match="今の鍵の公開版がない"):
        apply(house.settings, "満了", today=DUE)
    released(house.settings)
    rotate(house.settings, "職員の異動")
    with pytest.raises(KyosoError, match="今の鍵の公開版がない"):
        apply(house.settings, "満了", today=DUE)
    assert original_of(house).exists()
    with pytest.raises(KyosoError, match="理由がありません"):
        apply(house.settings, " ", today=DUE)


def test_a_release_that_cannot_be_read_moves_no_day_and_stops_no_status(house: House) -> None:
    """The policy may say a longer time than the default: who cannot read it deletes nothing."""
    (house.settings.releases / "told" / "warehouse.duckdb").write_bytes(b"spoiled")
    assert ["公開版を開けないため" in line for line in notices(house.settings, DUE)] == [True]
    with pytest.raises(KyosoError, match="公開版を開けないため"):
        apply(house.settings, "満了", today=DUE)
    assert original_of(house).exists()


def test_the_same_file_in_a_folder_of_another_source_does_not_land_a_second_time(after: House) -> None:
    """Also when it was put there by mistake before the original went."""
    receipt = Ledger(after.settings.ledger).receipts[0]
    misfiled = replace(receipt, seq=9, path="R1/visit_log/2020-03-10/書き出し.zip", source="visit_log")
    Ledger(after.settings.ledger).append([misfiled])
    (after.raw / EXPORT).unlink()
    again = landed_again(after)
    assert len(again["rows"]) == 2
    assert "original_is_gone" in {f["rule"] for f in again["findings"]}


def test_an_original_that_could_not_be_read_goes_only_on_purpose(tmp_path: Path) -> None:
    house = House(tmp_path, is_sample=False)
    house.put("R1/chat_activity/2020-03-10/知らないツール.csv", "なにか,だれか\n1,2\n".encode())
    house.night()
    released(house.settings)
    assert apply(house.settings, "満了", today=DUE) == []
    before = house.control()
    assert before["files"][0]["status"] == "refused"
    assert len(apply(house.settings, "満了", today=DUE, with_unread=True)) == 1
    shutil.rmtree(house.settings.landed)
    house.night()
    assert house.control() == before


def test_a_backup_takes_the_counts_over_and_lets_the_original_go(house: House, tmp_path: Path) -> None:
    folder = tmp_path / "控え"
    back_up(house.settings, folder)
    assert secrets_below(folder)
    before = house.control() | {"rows": house.landed(MESSAGES)}
    apply(house.settings, "満了", today=DUE)
    assert secrets_below(folder), "the backup knows nothing yet"
    done = back_up(house.settings, folder)
    assert (done.copied, done.spoiled) == (1, [])
    assert secrets_below(folder) == set()
    # The home is lost; the backup alone gives the same rows.
    shutil.rmtree(house.settings.home)
    (house.raw / EXPORT).unlink()
    house.settings.home.mkdir(mode=0o700)
    shutil.copytree(folder / "archive", house.settings.archive)
    house.night()
    assert house.control() | {"rows": house.landed(MESSAGES)} == before
    assert back_up(house.settings, folder).copied == 0


def test_a_spoiled_file_of_counts_is_named_and_not_mended_from_the_original(after: House) -> None:
    house = after
    archive = Archive(house.settings)
    path = archive.path_of(originals(house.settings)[0].receipt.file_id)
    path.chmod(0o600)
    path.write_bytes(b"spoiled")
    (trouble,) = [t for t in troubles(house) if "控えが" in t.what]
    assert trouble.mend is None
    assert f"archive/{path.parent.name}/{path.name}" in trouble.todo
    shutil.rmtree(house.settings.landed)
    with pytest.raises(KyosoError, match="受領したときと違います"):
        house.night()


def test_the_doctor_says_what_is_overdue(house: House) -> None:
    (trouble,) = troubles(house)
    assert "2021-03-31に終わっています" in trouble.what
    assert "kyoso retention --apply" in trouble.todo


def test_beyond_retention_old_pseudonyms_end_with_their_key_and_the_file_says_so(house: House) -> None:
    second = "R7/chat_activity/2025-04-10/Slack書き出し_202004-.zip"
    chat(house, second, post("U1", "1583800060.000300"))
    house.night()
    released(house.settings)
    apply(house.settings, "満了", today=DUE)
    before = {row["message_key"]: row for row in house.landed(MESSAGES)}
    identity = in_force_hash(house.settings, Archive(house.settings))
    old = load_key(house.settings.key_file).key_id
    rotate(house.settings, "職員の異動")
    house.night()
    gone = Ledger(house.settings.ledger).replacements.keys()
    after = house.landed(MESSAGES)
    kept = [row for row in after if row["_file_id"] in gone]
    assert len(kept) == 2
    for row in kept:
        assert row["member"] == before[row["message_key"]]["member"], "under the pseudonym of the old key"
        assert row["kept_affiliation_kind"] == "municipality"
        assert (row["kept_municipality_code"], row["kept_section_kind"]) == ("302023", "line_section")
    (new,) = [row for row in after if row["_file_id"] not in gone]
    assert new["member"] not in {row["member"] for row in before.values()}
    assert new["kept_affiliation_kind"] is None
    findings = [f for f in house.control()["findings"] if f["rule"] == counts_file.OLD_PSEUDONYMS]
    (finding,) = findings
    assert finding["severity"] == "info"
    assert old in finding["message"]
    assert in_force_hash(house.settings, Archive(house.settings)) != identity


def test_trace_reads_the_file_of_counts_like_the_original(after: House) -> None:
    (row, *_) = after.landed(MESSAGES)
    day = row["posted_at"].date().isoformat()
    cell = EvidenceCell(
        **dict.fromkeys(EvidenceCell.__dataclass_fields__, "")
        | {
            "file_id": row["_file_id"],
            "source": "chat_activity",
            "dataset": MESSAGES,
            "path": EXPORT,
            "sheet": row["_sheet"],
            "row": row["_row"],
            "text": day,
        }
    )
    assert open_cells(after.settings, [cell])[cell].result == SAME


def test_the_command_shows_what_is_due_replaces_it_and_says_what_is_left_to_do(
    house: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(*arguments: str) -> tuple[int, str, str]:
        home, raw = str(house.settings.home), str(house.settings.raw)
        monkeypatch.setattr(sys, "argv", ["kyoso", "retention", *arguments, "--home", home, "--raw", raw])
        monkeypatch.setenv("KYOSO_KEY_FILE", str(house.settings.key_file))
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    code, said, _ = run()
    assert code == 0
    assert "2021-03-31" in said
    assert "期間が終わった" in said
    code, _, wrong = run("--apply")
    assert code == 2
    assert "理由がありません" in wrong
    code, said, _ = run("--apply", "--reason", "保存期間の満了", "--by", "県 花江")
    assert code == 0
    assert "1件を置き換えました。" in said
    assert "kyoso backup" in said
    assert "置換え済み(受領フォルダに原本あり)" in said
    code, said, _ = run("--apply", "--reason", "保存期間の満了")
    assert "置き換えたものはありません。" in said
