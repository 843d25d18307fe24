"""The release switch. If it can be caught half-way, readers see a warehouse without its verdict or its documents."""

from __future__ import annotations

import grp
import json
import os
import shutil
from datetime import date
from pathlib import Path

import pytest

from pipelines.errors import KyosoError
from pipelines.serve import release
from pipelines.serve.release import KEPT_RELEASES, current_id, publish, releases, remove_old, switch
from pipelines.settings import Settings
from tests.faults.dying import killed_at_every_change

PARTS = {"warehouse.duckdb", "verdict.json", "manifest.json", "reports"}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path / "raw", tmp_path / "home", 2026, date(2026, 11, 20))


def make_candidate(settings: Settings, identity: str) -> None:
    shutil.rmtree(settings.candidate, ignore_errors=True)
    (settings.candidate / "reports").mkdir(parents=True)
    for name in ("warehouse.duckdb", "verdict.json", "reports/annual_evaluation.pdf"):
        (settings.candidate / name).write_text(identity, encoding="utf-8")
    body = {"release_id": identity, "as_of": "2026-11-20"}
    (settings.candidate / "manifest.json").write_text(json.dumps(body), encoding="utf-8")


def publish_as(settings: Settings, identity: str) -> None:
    make_candidate(settings, identity)
    publish(settings)


def assert_whole(folder: Path) -> None:
    identity = folder.resolve().name
    assert {path.name for path in folder.iterdir()} >= PARTS
    for name in ("warehouse.duckdb", "verdict.json", "reports/annual_evaluation.pdf"):
        assert (folder / name).read_text(encoding="utf-8") == identity


def test_readers_are_switched_to_the_new_release_and_the_old_one_stays(settings: Settings) -> None:
    publish_as(settings, "old")
    publish_as(settings, "new")
    assert current_id(settings) == "new"
    assert settings.warehouse.read_text(encoding="utf-8") == "new"
    assert [r.release_id for r in releases(settings)] == ["old", "new"]
    assert [r.is_current for r in releases(settings)] == [False, True]


def test_the_same_inputs_leave_the_bytes_that_readers_have_open(settings: Settings) -> None:
    publish_as(settings, "one")
    before = (settings.warehouse.stat().st_ino, settings.warehouse.stat().st_mtime_ns)
    publish_as(settings, "one")
    assert (settings.warehouse.stat().st_ino, settings.warehouse.stat().st_mtime_ns) == before
    assert not settings.candidate.exists()


@pytest.mark.parametrize("part", sorted(PARTS))
def test_a_candidate_with_a_part_missing_is_not_published(settings: Settings, part: str) -> None:
    publish_as(settings, "old")
    make_candidate(settings, "new")
    path = settings.candidate / part
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    with pytest.raises(KyosoError, match="そろっていません"):
        publish(settings)
    assert current_id(settings) == "old"


@pytest.mark.parametrize("is_first", [True, False], ids=["first release", "later release"])
def test_whenever_publishing_is_killed_readers_find_the_old_or_the_new_release_whole(
    settings: Settings, is_first: bool
) -> None:
    """Also when a release of the same id lies there from a run that died, and old ones are due for removal."""

    def prepare() -> None:
        shutil.rmtree(settings.home, ignore_errors=True)
        if not is_first:
            for number in range(KEPT_RELEASES):
                publish_as(settings, f"old-{number}")
        make_candidate(settings, "new")
        publish_folder_left = settings.releases / "new"
        shutil.copytree(settings.candidate, publish_folder_left)

    def night() -> None:
        publish(settings)
        remove_old(settings)

    before = None if is_first else f"old-{KEPT_RELEASES - 1}"
    seen: set[str | None] = set()
    for _ in killed_at_every_change(prepare, night):
        seen.add(current_id(settings))
        if settings.warehouse.exists():
            assert_whole(settings.current)
            assert settings.warehouse.read_text(encoding="utf-8") == current_id(settings)
        for kept in releases(settings):
            assert_whole(kept.folder)
        publish_as(settings, "new")
        remove_old(settings)
        assert_whole(settings.current)
        assert settings.warehouse.read_text(encoding="utf-8") == "new"
        assert {path.name for path in settings.home.iterdir()} <= {
            *("build", "releases", "current", "warehouse.duckdb")
        }
        assert len(list(settings.releases.iterdir())) <= KEPT_RELEASES
    assert seen == {before, "new"}


def test_whatever_the_umask_was_the_group_reads_releases_and_nobody_else_gets_more(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = os.umask(0o077)
    try:
        publish_as(settings, "one")
    finally:
        os.umask(before)
    for path in [settings.home, settings.releases, *settings.releases.rglob("*")]:
        mode = path.stat().st_mode
        needed = 0o010 if path == settings.home else 0o050 if path.is_dir() else 0o040
        assert mode & 0o077 == needed, path
    monkeypatch.setenv("KYOSO_READERS", "no such group")
    make_candidate(settings, "two")
    with pytest.raises(KyosoError, match="no such group") as caught:
        publish(settings)
    assert "usermod" in caught.value.todo
    assert current_id(settings) == "one"
    monkeypatch.setenv("KYOSO_READERS", grp.getgrgid(os.getgid()).gr_name)
    assert publish(settings).is_current


def test_a_damaged_release_of_the_same_id_is_replaced_by_what_the_night_has_built(settings: Settings) -> None:
    publish_as(settings, "one")
    publish_as(settings, "two")
    (settings.current / "reports" / "annual_evaluation.pdf").write_text("damaged", encoding="utf-8")
    publish_as(settings, "two")
    assert_whole(settings.current)
    (settings.releases / "one" / "manifest.json").write_text("{", encoding="utf-8")
    publish_as(settings, "three")
    assert [r.release_id for r in releases(settings)] == ["two", "three"], (
        "one that cannot be read stops nothing"
    )


def test_only_the_newest_releases_are_kept_and_never_without_the_current_one(settings: Settings) -> None:
    for number in range(KEPT_RELEASES + 3):
        publish_as(settings, f"r{number:02d}")
        stamp = 1_000_000_000 + number
        os.utime(settings.releases / f"r{number:02d}" / "manifest.json", (stamp, stamp))
    switch(settings, "r00")
    removed = remove_old(settings)
    assert removed == ["r01", "r02"]
    assert current_id(settings) == "r00"
    assert len(releases(settings)) == KEPT_RELEASES + 1


def test_going_back_to_a_release_that_is_not_there_changes_nothing(settings: Settings) -> None:
    publish_as(settings, "one")
    with pytest.raises(KyosoError) as caught:
        switch(settings, "nope")
    assert caught.value.exit_code == 2
    assert current_id(settings) == "one"


def test_the_release_id_depends_on_every_input(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def identity(changed: Settings = settings, inputs: str = "in", key: str = "key") -> str:
        return release.release_id(changed, inputs, key)

    settings.raw.mkdir(parents=True)
    first = identity()
    others = {
        identity(inputs="other"),
        identity(key="other"),
        identity(Settings(settings.raw, settings.home, 2025, settings.as_of)),
        identity(Settings(settings.raw, settings.home, 2026, date(2026, 11, 21))),
    }
    (settings.raw / "架空データ").touch()
    others.add(identity())
    monkeypatch.setattr(release, "code_version", lambda: "other")
    others.add(identity())
    assert first not in others
    assert len(others) == 6


def test_the_release_id_does_not_depend_on_where_the_home_is(settings: Settings, tmp_path: Path) -> None:
    elsewhere = Settings(tmp_path / "other raw", tmp_path / "elsewhere", settings.fiscal_year, settings.as_of)
    assert release.release_id(settings, "in", "key") == release.release_id(elsewhere, "in", "key")


def test_code_models_and_templates_decide_the_code_version() -> None:
    """Whoever changes a rule gets a new release id, also when no file arrived."""
    named = {
        path.relative_to(release.CHECKOUT).as_posix()
        for pattern in release._CODE
        for path in release.CHECKOUT.glob(pattern)
    }
    assert {
        "pipelines/night.py",
        "pipelines/ingest/contracts/visit_log.odcs.yaml",
        "dbt_project/models/marts/mart_kpi.sql",
        "dbt_project/dbt_project.yml",
        "requirements.lock",
    } <= named
    assert any(name.startswith("dbt_project/seeds/") for name in named)
    assert any(name.startswith("reports/templates/") for name in named)
    assert not any("raw/" in name or "var/" in name for name in named)
