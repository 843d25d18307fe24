"""The operator's page is Dagster's own. If it shows nothing of last night, cannot start one, hides why
one failed, or does not end when told to, the operator has no page.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pipelines.quality.expectations import ALL_EXPECTATIONS
from pipelines.report.render import DOCUMENTS
from pipelines.serve.lock import WriterLock
from pipelines.settings import CHECKOUT, Settings
from tests.conftest import AS_OF, SAMPLE

pytestmark = pytest.mark.slow

NEXT_DAY = "2026-11-21"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
# Every Python process of the page writes down whom it wants to talk to.
_WATCH = """
import os, sys
_log = os.open(os.environ["WATCHED"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
os.write(_log, b"started 127.0.0.1\\n")
def _hook(event, args):
    if event == "socket.getaddrinfo":
        os.write(_log, f"{event} {args[0]}\\n".encode())
    elif event in ("socket.connect", "socket.sendto") and isinstance(args[-1], tuple):
        os.write(_log, f"{event} {args[-1][0]}\\n".encode())
sys.addaudithook(_hook)
"""
_LAUNCH = """
mutation Launch($params: ExecutionParams!) {
  launchRun(executionParams: $params) {
    __typename ... on LaunchRunSuccess { run { runId } } ... on PythonError { message }
  }
}
"""
_RUN = """
query Run($id: ID!) {
  runOrError(runId: $id) { ... on Run {
    status
    eventConnection { events { __typename
      ... on MessageEvent { message }
      ... on ExecutionStepFailureEvent { stepKey error { message cause { message } } }
      ... on ExecutionStepStartEvent { stepKey }
    } }
  } }
}
"""
_ASSETS = """
{ assetNodes {
    assetKey { path } groupName description dependencyKeys { path } owners { ... on TeamAssetOwner { team } }
    assetMaterializations(limit: 1) { runId metadataEntries { label ... on IntMetadataEntry { intValue } } }
    assetChecksOrError { ... on AssetChecks { checks {
      name description executionForLatestMaterialization { status evaluation { severity } }
    } } }
} }
"""


def _wait(until: Callable[[], Any], seconds: float, what: str) -> Any:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := until():
            return found
        time.sleep(0.5)
    raise AssertionError(f"not within {seconds} s: {what}")


@dataclass
class Page:
    """`kyoso serve` as an operator starts it, on a home of its own."""

    home: Path
    port: int
    process: subprocess.Popen[bytes]
    output: Path
    watched: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def settings(self) -> Settings:
        return Settings(SAMPLE, self.home, 2026, AS_OF)

    def ask(self, query: str, **variables: object) -> dict[str, Any]:
        body = json.dumps({"query": query, "variables": variables}).encode()
        request = urllib.request.Request(f"{self.url}/graphql", body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as response:
            answer: dict[str, Any] = json.load(response)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    def is_up(self) -> bool:
        assert self.process.poll() is None, self.output.read_text(encoding="utf-8")
        try:
            return bool(self.repository())
        except OSError:
            return False

    def repository(self) -> dict[str, str]:
        """How the page names this project."""
        answer = self.ask(
            "{ repositoriesOrError { ... on RepositoryConnection { nodes { name location { name } } } } }"
        )
        nodes = answer["repositoriesOrError"].get("nodes", [])
        if not nodes:
            return {}
        return {"repositoryName": nodes[0]["name"], "repositoryLocationName": nodes[0]["location"]["name"]}

    def launch(self, job: str = "nightly", assets: tuple[str, ...] = ()) -> str:
        """Press the button; the id of the run."""
        selector: dict[str, object] = {**self.repository(), "jobName": job}
        if assets:
            selector |= {
                "assetSelection": [{"path": key.split("/")} for key in assets],
                "assetCheckSelection": [],
            }
        params = {"selector": selector, "mode": "default", "runConfigData": {}}
        launched = self.ask(_LAUNCH, params=params)["launchRun"]
        assert launched["__typename"] == "LaunchRunSuccess", launched
        return str(launched["run"]["runId"])

    def run(self, run_id: str) -> dict[str, Any]:
        found: dict[str, Any] = self.ask(_RUN, id=run_id)["runOrError"]
        return found

    def ended(self, run_id: str) -> dict[str, Any]:
        """The run once it is over."""
        over = ("SUCCESS", "FAILURE", "CANCELED")
        return _wait(lambda: (r := self.run(run_id))["status"] in over and r, 600, "the run ends")

    def processes(self) -> list[str]:
        """Command lines of everything the page has started that still lives."""
        found = []
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rsplit(")", 1)[1].split()
                command = (stat.parent / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue
            if int(fields[3]) == self.process.pid and fields[0] != "Z":
                found.append(command)
        return found

    def end(self, how: signal.Signals) -> None:
        self.process.send_signal(how)
        _wait(lambda: self.process.poll() is not None, 90, "kyoso serve ends")
        _wait(lambda: not self.processes(), 60, f"its processes end: {self.processes()}")


def _serve(home: Path, place: Path) -> Page:
    watch = place / "watch"
    watch.mkdir()
    (watch / "sitecustomize.py").write_text(_WATCH, encoding="utf-8")
    watched, output = place / "watched", place / "output"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    kyoso = f"{sys.executable} -m pipelines.cli serve --raw {SAMPLE} --home {home} --as-of {NEXT_DAY} --port {port}"
    with output.open("wb") as stream:
        process = subprocess.Popen(
            # As a shell does for a command with &: the page must end on SIGTERM all the same.
            ["sh", "-c", f"trap '' INT; exec {kyoso}"],
            cwd=CHECKOUT,
            env=os.environ | {"PYTHONPATH": str(watch), "WATCHED": str(watched)},
            stdout=stream,
            stderr=stream,
            start_new_session=True,
        )
    page = Page(home, port, process, output, watched)
    try:
        _wait(page.is_up, 240, "the page answers")
    except BaseException:
        os.killpg(process.pid, signal.SIGKILL)
        raise
    return page


@pytest.fixture(scope="module")
def page(sample_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    place = tmp_path_factory.mktemp("page")
    shutil.copytree(sample_home, place / "home", symlinks=True)
    served = _serve(place / "home", place)
    yield served
    if served.process.poll() is None:
        os.killpg(served.process.pid, signal.SIGKILL)
        served.process.wait()


def _failures(run: dict[str, Any]) -> str:
    errors = [e["error"] for e in run["eventConnection"]["events"] if e.get("error")]
    return "\n".join(f"{e['message']}\n{(e['cause'] or {}).get('message', '')}" for e in errors)


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
    assert "前の段階の結果(検査の結果)がありません。" in _failures(run)
    assert "nightly 全体を実行してください" in _failures(run)
    assert {p: p.stat().st_mtime_ns for p in (page.home / "current" / "reports").iterdir()} == before


def test_a_night_that_another_process_blocks_says_so_in_japanese(page: Page) -> None:
    _wait(lambda: _is_free(page.settings), 60, "the process of the run before is gone")
    with WriterLock(page.settings):
        run = page.ended(page.launch())
    assert run["status"] == "FAILURE"
    assert f"別の処理が動いています(PID {os.getpid()}" in _failures(run)


def test_a_cancelled_night_lets_go_of_the_home(page: Page) -> None:
    before = (page.home / "current").resolve()
    run_id = page.launch()
    _wait(lambda: "land" in _steps(page.run(run_id)), 240, "the night reads files")
    stopped = page.ask("mutation Stop($id: String!) { terminateRun(runId: $id) { __typename } }", id=run_id)
    assert stopped["terminateRun"]["__typename"] == "TerminateRunSuccess"
    assert page.ended(run_id)["status"] == "CANCELED"
    _wait(lambda: _is_free(page.settings), 60, "the lock is free")
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
    assert run["status"] == "SUCCESS", _failures(run)
    assert (page.home / "current").resolve() != before
    manifest = json.loads((page.home / "current" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["as_of"] == NEXT_DAY
    made = {path.name for path in (page.home / "current" / "reports").iterdir()}
    assert {document.file_name for document in DOCUMENTS} <= made
    status = json.loads((page.home / "status" / "latest.json").read_text(encoding="utf-8"))
    assert (status["outcome"], status["as_of"]) == ("released", NEXT_DAY)
    _wait(lambda: _is_free(page.settings), 30, "the lock is free")


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
    served = _serve(tmp_path / "home", tmp_path)
    try:
        served.end(signal.SIGINT)
    finally:
        if served.process.poll() is None:
            os.killpg(served.process.pid, signal.SIGKILL)
