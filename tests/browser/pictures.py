"""Takes the README's pictures of the pages again: `python -m tests.browser.pictures HOME FOLDER`."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

# What the README shows of each page, in CSS pixels, at half size so that the files stay small.
SIZE = {"width": 1100, "height": 820}
PAGES = {"html.png": "current/reports/annual_evaluation.html", "status.png": "status/index.html"}


def take(home: Path, folder: Path) -> list[Path]:
    """Page one as printed, and each page, light, from its first screen; needs poppler and Chromium."""
    from playwright.sync_api import sync_playwright

    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    taken = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        page = browser.new_page(viewport=SIZE, device_scale_factor=0.75, color_scheme="light")  # type: ignore[arg-type]
        for name, path in PAGES.items():
            page.goto((home / path).resolve().as_uri())
            page.screenshot(path=folder / name)
            taken.append(folder / name)
        browser.close()
    report = home / "current" / "reports" / "annual_evaluation.pdf"
    subprocess.run(
        ["pdftoppm", "-r", "100", "-f", "1", "-l", "1", "-png", "-singlefile", report, folder / "page1"],
        check=True,
    )
    return [*taken, folder / "page1.png"]


if __name__ == "__main__":
    take(Path(sys.argv[1]), Path(sys.argv[2]))
