"""`kyoso serve` as an operator starts it, and its page as a program asks it."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.settings import CHECKOUT, Settings
from tests.conftest import AS_OF, SAMPLE

NEXT_DAY = "2026-11-21"
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


def wait(until: Callable[[], Any], seconds: float, what: str) -> Any:
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

    def launch(
        self, job: str = "nightly", assets: tuple[str, ...] = (), tags: Mapping[str, str] | None = None
    ) -> str:
        """Press the button; the id of the run."""
        selector: dict[str, object] = {**self.repository(), "jobName": job}
        if assets:
            selector |= {
                "assetSelection": [{"path": key.split("/")} for key in assets],
                "assetCheckSelection": [],
            }
        told = [{"key": key, "value": value} for key, value in (tags or {}).items()]
        params = {
            "selector": selector,
            "mode": "default",
            "runConfigData": {},
            "executionMetadata": {"tags": told},
        }
        launched = self.ask(_LAUNCH, params=params)["launchRun"]
        assert launched["__typename"] == "LaunchRunSuccess", launched
        return str(launched["run"]["runId"])

    def run(self, run_id: str) -> dict[str, Any]:
        found: dict[str, Any] = self.ask(_RUN, id=run_id)["runOrError"]
        return found

    def ended(self, run_id: str) -> dict[str, Any]:
        """The run once it is over."""
        over = ("SUCCESS", "FAILURE", "CANCELED")
        return wait(lambda: (r := self.run(run_id))["status"] in over and r, 600, "the run ends")

    def processes(self) -> dict[int, str]:
        """Everything the page has started that still lives: command lines by process."""
        found = {}
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rsplit(")", 1)[1].split()
                command = (stat.parent / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue
            if int(fields[3]) == self.process.pid and fields[0] != "Z":
                found[int(stat.parent.name)] = command
        return found

    def end(self, how: signal.Signals) -> None:
        self.process.send_signal(how)
        wait(lambda: self.process.poll() is not None, 90, "kyoso serve ends")
        wait(lambda: not self.processes(), 60, f"its processes end: {self.processes()}")

    def close(self) -> None:
        """End it if it still lives, and leave nothing of it whatever happens."""
        try:
            if self.process.poll() is None:
                self.end(signal.SIGTERM)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def failures(run: dict[str, Any]) -> str:
    """What the steps of a run failed with, causes included."""
    errors = [e["error"] for e in run["eventConnection"]["events"] if e.get("error")]
    return "\n".join(f"{e['message']}\n{(e['cause'] or {}).get('message', '')}" for e in errors)


def serve(
    home: Path,
    place: Path,
    raw: Path = SAMPLE,
    variables: Mapping[str, str] | None = None,
    as_of: str = NEXT_DAY,
) -> Page:
    """Start it and wait until it answers.

    Args:
        place: a folder for what it says and whom it talks to.
        variables: of its environment, beside those of this process.
    """
    watch = place / "watch"
    watch.mkdir()
    (watch / "sitecustomize.py").write_text(_WATCH, encoding="utf-8")
    watched, output = place / "watched", place / "output"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    kyoso = f"{sys.executable} -m pipelines.cli serve --raw {raw} --home {home} --as-of {as_of} --port {port}"
    with output.open("wb") as stream:
        process = subprocess.Popen(
            # As a shell does for a command with &: the page must end on SIGTERM all the same.
            ["sh", "-c", f"trap '' INT; exec {kyoso}"],
            cwd=CHECKOUT,
            env=os.environ | (variables or {}) | {"PYTHONPATH": str(watch), "WATCHED": str(watched)},
            stdout=stream,
            stderr=stream,
            start_new_session=True,
        )
    page = Page(home, port, process, output, watched)
    try:
        wait(page.is_up, 240, "the page answers")
    except BaseException:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        raise
    return page
