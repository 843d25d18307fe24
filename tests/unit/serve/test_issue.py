"""Editions are what the assembly decides on. If one could change, vanish or be issued too early, no number in it would hold."""

from __future__ import annotations

import fcntl
import json
import shutil
from datetime import date
from pathlib import Path

import duckdb
import pytest

from pipelines.errors import KyosoError
from pipelines.ingest.chain import GENESIS
from pipelines.quality.verdict import Verdict
from pipelines.serve import issue as issuing
from pipelines.serve import issue_rules
from pipelines.serve.editions import CHANGED, INTACT, LOST, RECORD, editions, last_edition, ledger_of
from pipelines.serve.issue import Issued, issue
from pipelines.serve.lock import ANOTHER_RUN
from pipelines.serve.release import remove_old
from pipelines.settings import Settings
from tests.faults.dying import killed_at_every_change
from tests.unit.serve.issuing import TODAY, make_release, one_line


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path / "raw", tmp_path / "home", 2027, date(2027, 10, 1))


def issued(settings: Settings, kind: str, today: date = TODAY) -> Issued:
    return issue(settings, kind, today, one_line)


def document(settings: Settings, edition_id: str) -> str:
    return (settings.issued / edition_id / "reports" / "annual_evaluation.pdf").read_text(encoding="utf-8")


def refused(settings: Settings, kind: str) -> KyosoError:
    before = sorted(settings.issued.rglob("*"))
    with pytest.raises(KyosoError) as caught:
        issued(settings, kind)
    assert sorted(settings.issued.rglob("*")) == before
    assert caught.value.where
    assert caught.value.todo
    return caught.value


def test_the_three_editions_of_a_year_follow_each_other_and_each_knows_the_one_before(
    settings: Settings,
) -> None:
    """The fiscal year is the release's, whatever year the clock or the environment is in by now."""
    for kind, as_of in (
        ("暫定", "2026-11-20"),
        ("暫定", "2026-12-10"),
        ("確定", "2027-06-30"),
        ("追補", "2027-09-30"),
    ):
        make_release(settings, f"release-{as_of}", as_of)
        assert issued(settings, kind).is_new
    found = editions(settings)
    assert [e.edition_id for e in found] == ["R8-暫定-01", "R8-暫定-02", "R8-確定-01", "R8-追補-01"]
    assert [e.name for e in found][1] == "令和8年度 暫定版 第2号"
    assert [e.record["previous"] for e in found] == [None, *[e.edition_id for e in found[:-1]]]
    assert document(settings, "R8-暫定-01") == "暫定版 第1号 なし release-2026-11-20"
    assert document(settings, "R8-追補-01") == "追補版 第1号 確定版 第1号 release-2027-09-30"
    assert last_edition(settings, 2026) == found[-1]
    assert last_edition(settings, 2027) is None
    assert {e.state for e in found} == {INTACT}


def test_the_ledger_names_the_release_the_verdict_and_the_sum_of_every_file(settings: Settings) -> None:
    release = make_release(settings, "one")
    edition = issued(settings, "暫定").edition
    record = ledger_of(settings).bodies[0]
    assert {record[name] for name in ("as_of", "release_id", "issued_on")} == {
        "2026-11-20",
        "one",
        "2027-12-01",
    }
    assert record["verdict"] == {"is_open": True, "checks": 0}
    assert {*record["files"]} == {
        *("warehouse.duckdb", "verdict.json", "manifest.json", "ledger.json"),
        *("control/files.parquet", "control/run.parquet", "reports/annual_evaluation.pdf"),
    }
    for name in ("warehouse.duckdb", "verdict.json", "manifest.json"):
        assert (edition.folder / name).read_bytes() == (release / name).read_bytes()
    assert not any(path.stat().st_mode & 0o222 for path in edition.folder.rglob("*") if path.is_file())


def test_the_same_release_as_the_same_kind_is_issued_once(settings: Settings) -> None:
    make_release(settings, "one")
    first = issued(settings, "暫定")
    before = {path: path.stat().st_mtime_ns for path in settings.issued.rglob("*")}
    again = issued(settings, "暫定", date(2028, 1, 1))
    assert (first.is_new, again.is_new) == (True, False)
    assert again.edition == first.edition
    assert {path: path.stat().st_mtime_ns for path in settings.issued.rglob("*")} == before


def test_an_edition_stays_readable_when_its_release_is_long_gone(settings: Settings) -> None:
    release = make_release(settings, "one", value=7)
    folder = issued(settings, "暫定").edition.folder
    make_release(settings, "two", "2026-12-01")
    assert remove_old(settings, keep=1) == ["one"]
    assert not release.exists()
    with duckdb.connect(str(folder / "warehouse.duckdb"), read_only=True) as con:
        assert con.execute("select value from mart_kpi").fetchall() == [(7,)]
    assert editions(settings)[0].state == INTACT


@pytest.mark.parametrize("kind", ["暫定", "確定", "追補"])
def test_without_a_release_nothing_is_issued(settings: Settings, kind: str) -> None:
    assert "公開版がありません" in refused(settings, kind).what
    assert not settings.home.exists(), "a mistyped home is not made"


def test_the_accounts_must_be_closed_and_settled_for_the_final_edition(settings: Settings) -> None:
    make_release(settings, "too early", "2027-05-31")
    error = refused(settings, "確定")
    assert (error.exit_code, "5月31日より後" in error.what) == (3, True)
    make_release(settings, "one item open", "2027-06-01", is_settled=False)
    error = refused(settings, "確定")
    assert "委託料" in error.what
    assert "謝金" not in error.what
    make_release(settings, "settled", "2027-06-01")
    assert issued(settings, "確定").edition.edition_id == "R8-確定-01"


def test_the_supplement_needs_a_final_edition_and_the_later_survey(settings: Settings) -> None:
    make_release(settings, "final", "2027-06-30")
    assert "確定版がまだ" in refused(settings, "追補").what
    issued(settings, "暫定")
    assert "確定版がまだ" in refused(settings, "追補").what
    issued(settings, "確定")
    make_release(settings, "no survey", "2027-09-01", wave="end")
    assert "6か月後" in refused(settings, "追補").what
    make_release(settings, "survey", "2027-09-02")
    assert issued(settings, "追補").edition.record["previous"] == "R8-確定-01"


@pytest.mark.parametrize(("first", "then"), [("確定", "暫定"), ("追補", "確定"), ("追補", "暫定")])
def test_the_order_of_editions_is_never_turned_back(settings: Settings, first: str, then: str) -> None:
    make_release(settings, "one", "2027-09-30")
    issued(settings, "確定")
    if first == "追補":
        issued(settings, "追補")
    make_release(settings, "two", "2027-10-01")
    assert "順です" in refused(settings, then).what
    assert issued(settings, first).edition.record["number"] == 2


def test_a_restored_older_release_cannot_follow_a_newer_edition(settings: Settings) -> None:
    make_release(settings, "new", "2026-12-01")
    issued(settings, "暫定")
    make_release(settings, "old", "2026-11-20")
    assert "より前です" in refused(settings, "暫定").what


def test_rows_that_were_not_judged_are_not_issued(settings: Settings) -> None:
    folder = make_release(settings, "one")
    with duckdb.connect(str(folder / "warehouse.duckdb")) as con:
        con.execute("update mart_programme_cost set actual_jpy = 1")
    assert "mart_programme_cost" in refused(settings, "暫定").what


def test_a_closed_gate_is_not_issued(settings: Settings) -> None:
    folder = make_release(settings, "one", is_open=False)
    assert not Verdict.read(folder / "verdict.json").is_open
    assert "検査に合格していない" in refused(settings, "暫定").what


def test_another_program_than_the_releases_does_not_write_its_documents(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_release(settings, "one")
    monkeypatch.setattr(issue_rules, "code_version", lambda: "other")
    assert "プログラム" in refused(settings, "暫定").what


def test_real_files_are_not_issued_as_of_a_day_to_come(settings: Settings) -> None:
    make_release(settings, "one", "2027-12-02", is_sample=False)
    assert "まだ来ていません" in refused(settings, "暫定").what
    make_release(settings, "two", "2027-12-01", is_sample=False)
    assert issued(settings, "暫定").is_new


def test_nothing_is_issued_while_another_process_writes(settings: Settings) -> None:
    make_release(settings, "one")
    with (settings.home / "lock").open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(KyosoError) as caught:
            issued(settings, "暫定")
    assert caught.value.exit_code == ANOTHER_RUN


@pytest.mark.slow
def test_whenever_issuing_is_killed_there_is_no_edition_or_a_whole_one(settings: Settings) -> None:
    def prepare() -> None:
        shutil.rmtree(settings.home, ignore_errors=True)
        make_release(settings, "first")
        issued(settings, "暫定")
        make_release(settings, "second", "2026-12-01")

    def ids(found: Settings) -> list[str]:
        return [edition.edition_id for edition in editions(found)]

    seen = set()
    for _ in killed_at_every_change(prepare, lambda: issued(settings, "暫定")):
        has_appeared = (settings.issued / "R8-暫定-02").exists()
        seen.add((tuple(ids(settings)), has_appeared))
        assert all(edition.state == INTACT for edition in editions(settings))
        # A folder that has appeared is an edition: it is entered in the ledger and not made a second time.
        assert issued(settings, "暫定").is_new != has_appeared
        assert ids(settings) == ["R8-暫定-01", "R8-暫定-02"]
        assert [edition.state for edition in editions(settings)] == [INTACT, INTACT]
        assert document(settings, "R8-暫定-02") == "暫定版 第2号 暫定版 第1号 second"
    assert seen == {
        (("R8-暫定-01",), False),
        (("R8-暫定-01",), True),
        (("R8-暫定-01", "R8-暫定-02"), True),
    }


def test_an_error_while_documents_are_written_leaves_no_edition(settings: Settings) -> None:
    make_release(settings, "one")

    def failing(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="space"):
        issue(settings, "暫定", TODAY, failing)
    assert editions(settings) == []
    assert issued(settings, "暫定").edition.edition_id == "R8-暫定-01"


def test_lines_cut_off_the_end_of_the_ledger_come_back_as_they_were(settings: Settings) -> None:
    for as_of in ("2026-11-20", "2026-12-01", "2026-12-15"):
        make_release(settings, as_of, as_of)
        issued(settings, "暫定")
    ledger = settings.issued / "ledger.jsonl"
    whole = ledger.read_bytes()
    ledger.write_bytes(whole.splitlines(keepends=True)[0])
    again = issued(settings, "暫定", date(2028, 1, 1))
    assert [edition.edition_id for edition in again.entered] == ["R8-暫定-02", "R8-暫定-03"]
    assert not again.is_new
    assert ledger.read_bytes() == whole


@pytest.mark.parametrize("spoilt", ["record", "document"])
def test_a_folder_that_the_ledger_cannot_vouch_for_stops_every_issue(settings: Settings, spoilt: str) -> None:
    make_release(settings, "one")
    edition = issued(settings, "暫定").edition
    (settings.issued / "ledger.jsonl").unlink()
    path = edition.folder / (RECORD if spoilt == "record" else "reports/annual_evaluation.pdf")
    path.chmod(0o644)
    if spoilt == "record":
        path.write_text(json.dumps(edition.record | {"seq": 2, "prev": GENESIS}), encoding="utf-8")
    else:
        path.write_text("another number", encoding="utf-8")
    with pytest.raises(KyosoError, match="確かめられません"):
        issued(settings, "暫定")


def test_a_changed_or_lost_edition_is_told_from_an_intact_one(settings: Settings) -> None:
    make_release(settings, "one")
    edition = issued(settings, "暫定").edition
    path = edition.folder / "reports" / "annual_evaluation.pdf"
    path.chmod(0o644)
    path.write_text("another number", encoding="utf-8")
    assert editions(settings)[0].state == CHANGED
    shutil.rmtree(edition.folder)
    assert editions(settings)[0].state == LOST


@pytest.mark.parametrize("spoilt", ["changed", "lost"])
def test_nothing_is_issued_after_an_edition_that_is_not_as_it_was(settings: Settings, spoilt: str) -> None:
    make_release(settings, "one")
    path = issued(settings, "暫定").edition.folder / "warehouse.duckdb"
    path.chmod(0o644)
    if spoilt == "changed":
        path.write_bytes(b"another database")
    else:
        shutil.rmtree(path.parent)
    make_release(settings, "two", "2026-12-01")
    assert "発行したときと違います" in refused(settings, "暫定").what


@pytest.mark.parametrize(("is_sample", "name"), [(True, "架空データ_R8-暫定-01"), (False, "R8-暫定-01")])
def test_the_checkouts_own_homes_show_their_editions_in_reports(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, is_sample: bool, name: str
) -> None:
    """A fictional edition can never stand where a real one is looked for."""
    monkeypatch.setattr(issuing, "CHECKOUT", settings.home.parent)
    make_release(settings, "one", is_sample=is_sample)
    edition = issued(settings, "暫定").edition
    (shown,) = (settings.home.parent / "reports" / "issued").iterdir()
    assert shown.name == name
    assert shown.resolve() == edition.folder / "reports"
    shown.unlink()
    issued(settings, "暫定")
    assert shown.exists(), "a lost link comes back"


def test_a_line_of_the_ledger_that_was_changed_is_noticed(settings: Settings) -> None:
    make_release(settings, "one")
    issued(settings, "暫定")
    path = settings.issued / "ledger.jsonl"
    path.write_text(path.read_text(encoding="utf-8").replace("2026-11-20", "2026-11-21"), encoding="utf-8")
    with pytest.raises(KyosoError, match="発行台帳の1行目"):
        issued(settings, "暫定")
