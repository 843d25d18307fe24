"""A real browser and a real office program, or a reason why not."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest


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
def files(sample_home: Path) -> dict[str, Path]:
    """What people open in a browser."""
    release = (sample_home / "current").resolve()
    return {
        "report": release / "reports" / "annual_evaluation.html",
        "status": sample_home / "status" / "index.html",
    }
