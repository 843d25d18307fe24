"""A real browser and a real office program, or a reason why not."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from pipelines.report.dictionary.page import dictionary_page
from tests.browser.hostile import hostile_report, hostile_status


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("no Chromium on this machine")
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def office() -> str:
    path = shutil.which("soffice")
    if path is None:
        pytest.skip("no LibreOffice on this machine")
    return path


@pytest.fixture(scope="session")
def files(sample_home: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """What people open in a browser."""
    release = (sample_home / "current").resolve()
    folder = tmp_path_factory.mktemp("pages")
    dictionary = folder / "data_dictionary.html"
    dictionary.write_text(dictionary_page("test"), encoding="utf-8")
    return {
        "report": release / "reports" / "annual_evaluation.html",
        "status": sample_home / "status" / "index.html",
        "dictionary": dictionary,
        "hostile report": hostile_report(release, folder),
        "hostile status": hostile_status(release, folder / "status"),
    }


@dataclass
class Opened:
    """A page without a network, with what it asked for and complained of."""

    page: Any
    requests: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)


@pytest.fixture
def open_page(browser: Any, files: dict[str, Path]) -> Iterator[Callable[..., Opened]]:
    """Open a file by its name in `files`; `width` in CSS pixels, `scheme` light or dark."""
    contexts = []

    def opened(name: str, width: int = 1280, scheme: str = "light", scale: float = 1) -> Opened:
        context = browser.new_context(
            offline=True,
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            device_scale_factor=scale,
        )
        contexts.append(context)
        result = Opened(context.new_page())
        result.page.on("request", lambda r: result.requests.append(r.url))
        result.page.on("console", lambda m: result.messages.append(m.text))
        result.page.on("pageerror", lambda e: result.messages.append(str(e)))
        result.page.on("dialog", lambda d: (result.messages.append(f"dialog {d.message}"), d.dismiss()))
        result.page.goto(files[name].as_uri())
        return result

    yield opened
    for context in contexts:
        context.close()
