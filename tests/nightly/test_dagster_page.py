"""The operator's page is Dagster's own. If it shows nothing of last night, cannot start one, hides why
one failed, or does not end when told to, the operator has no page.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipelines.quality.expectations import ALL_EXPECTATIONS
from pipelines.report.render import DOCUMENTS
from pipelines.serve.lock import WriterLock
from pipelines.settings import Settings
from tests.nightly.page import NEXT_DAY, Page, failures, serve, wait

pytestmark = pytest.mark.slow

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
_ASSETS = """
{ assetNodes {
    assetKey { path } groupName description dependencyKeys { path } owners { ... on TeamAssetOwner { team } }
    assetMaterializations(limit: 1) { runId metadataEntries { label ... on IntMetadataEntry { intValue } } }
    assetChecksOrError { ... on AssetChecks { checks {
      name description executionForLatestMaterialization { status evaluation { severity } }
    } } }
} }
"""


@pytest.fixture(scope="module")
def page(sample_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    place = tmp_path_factory.mktemp("page")
    shutil.copytree(sample_home, place / "home", symlinks=True)
    served = serve(place / "home", place)
    yield served
    served.close()


def test_the_page_shows_the_flow_and_what_the_last_night_did(page: Page) -> None:
    nodes = {"/".join(node["assetKey"]["path"]): node for node in page.ask(_ASSETS)["assetNodes"]}
    assert len({node["groupName"] for node in nodes.values()}) == 8
    rows = {entry["label"]: entry.get("intValue") for entry in _metadata(nodes["marts/mart_stage"])}
    assert rows["dagster/row_count"] >= 30
    assert {key for key, node in nodes.items() if not node["assetMaterializations"]} == set()
    checks = {c["name"]: c for c in nodes["gate/verdict"]["assetChecksOrError"]["checks"]}
    assert set(checks) == {e.id.replace("-", "_") for e in ALL_EXPECTATIONS}
    assert {c["executionForLatestMaterialization"]["status"] for c in checks.values()} == {"SUCCEEDED"}
    assert all("すること" in check["description"] for check in checks.values())


def _metadata(node: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = node["assetMaterializations"][0]["metadataEntries"]
    return found


def test_reports_asked_for_alone_say_what_is_missing_and_leave_readers_theirs(page: Page) -> None:
    before = {p: p.stat().st_mtime_ns for p in (page.home / "current" / "reports").iterdir()}
    run = page.ended(page.launch("__ASSET_JOB", tuple(f"report/{d.key}" for d in DOCUMENTS)))
    assert run["status"] == "FAILURE"
    assert "前の段階の結果(検査の結果)がありません。" in failures(run)
    assert "nightly 全体を実行してください" in failures(run)
    assert {p: p.stat().st_mtime_ns for p in (page.home / "current" / "reports").iterdir()} == before


def test_a_night_that_another_process_blocks_says_so_in_japanese(page: Page) -> None:
    wait(lambda: _is_free(page.settings), 60, "the process of the run before is gone")
    with WriterLock(page.settings):
        run = page.ended(page.launch())
    assert run["status"] == "FAILURE"
    assert f"別の処理が動いています(PID {os.getpid()}" in failures(run)


def test_a_cancelled_night_lets_go_of_the_home(page: Page) -> None:
    before = (page.home / "current").resolve()
    run_id = page.launch()
    wait(lambda: "land" in _steps(page.run(run_id)), 240, "the night reads files")
    stopped = page.ask("mutation Stop($id: String!) { terminateRun(runId: $id) { __typename } }", id=run_id)
    assert stopped["terminateRun"]["__typename"] == "TerminateRunSuccess"
    assert page.ended(run_id)["status"] == "CANCELED"
    wait(lambda: _is_free(page.settings), 60, "the lock is free")
    assert (page.home / "current").resolve() == before


def _steps(run: dict[str, Any]) -> set[str]:
    return {e["stepKey"] for e in run["eventConnection"]["events"] if e.get("stepKey")}


def _is_free(settings: Settings) -> bool:
    try:
        with WriterLock(settings):
            return True
    except Exception:
        return False


def test_a_night_launched_from_the_page_switches_the_release(page: Page) -> None:
    before = (page.home / "current").resolve()
    run = page.ended(page.launch())
    assert run["status"] == "SUCCESS", failures(run)
    assert (page.home / "current").resolve() != before
    manifest = json.loads((page.home / "current" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["as_of"] == NEXT_DAY
    made = {path.name for path in (page.home / "current" / "reports").iterdir()}
    assert {document.file_name for document in DOCUMENTS} <= made
    status = json.loads((page.home / "status" / "latest.json").read_text(encoding="utf-8"))
    assert (status["outcome"], status["as_of"]) == ("released", NEXT_DAY)
    wait(lambda: _is_free(page.settings), 30, "the lock is free")


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="needs a Chromium on this machine")
def test_the_lineage_page_draws_the_flow_and_loads_nothing_from_outside(page: Page, tmp_path: Path) -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        tab = browser.new_page(viewport={"width": 1500, "height": 700})
        asked: list[str] = []
        tab.on("request", lambda request: asked.append(request.url))
        tab.goto(f"{page.url}/asset-groups")
        for group in ("1_raw", "2_landed", "3_staging", "4_intermediate", "5_marts", "6_gate", "7_report"):
            tab.get_by_text(group).first.wait_for(timeout=120_000)
        dialogs = tab.get_by_role("dialog").count()
        tab.screenshot(path=str(tmp_path / "lineage.png"))
        browser.close()
    assert dialogs == 0, "no welcome, no newsletter"
    outside = [
        u
        for u in asked
        if u.startswith(("http", "ws")) and not u.split("//", 1)[1].startswith(f"127.0.0.1:{page.port}")
    ]
    assert outside == []


def test_no_process_of_the_page_speaks_to_the_outside(page: Page) -> None:
    lines = page.watched.read_text(encoding="utf-8").splitlines()
    assert sum(line.startswith("started") for line in lines) >= 3, "every process is watched"
    inside = {"127.0.0.1", "localhost", "::1", "None", "0.0.0.0"}
    assert {line for line in lines if line.split(" ", 1)[1] not in inside} == set()


def test_told_to_end_the_page_leaves_no_process_and_no_lock(page: Page) -> None:
    assert len(page.processes()) >= 3
    page.end(signal.SIGTERM)
    assert _is_free(page.settings)


def test_ctrl_c_ends_the_page_too(sample_home: Path, tmp_path: Path) -> None:
    shutil.copytree(sample_home, tmp_path / "home", symlinks=True)
    served = serve(tmp_path / "home", tmp_path)
    try:
        served.end(signal.SIGINT)
    finally:
        served.close()
