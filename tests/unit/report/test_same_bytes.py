"""The same release gives the same bytes anywhere, so that a document can be checked against its release."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.report.render import DOCUMENTS
from pipelines.settings import CHECKOUT

pytestmark = pytest.mark.slow

RENDER = """
import sys
from pathlib import Path
from pipelines.report.render import DOCUMENTS, render
render(Path(sys.argv[1]), [document.key for document in DOCUMENTS])
"""


def test_documents_rendered_elsewhere_and_at_another_time_are_the_same_bytes(
    release: Path, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "別の場所" / "release"
    shutil.copytree(release, elsewhere, ignore=shutil.ignore_patterns("reports"))
    other = {
        "TZ": "America/New_York",
        "LC_ALL": "C",
        "PYTHONHASHSEED": "7",
        "SOURCE_DATE_EPOCH": "1",
        "HOME": str(tmp_path),
    }
    subprocess.run(
        [sys.executable, "-c", RENDER, elsewhere],
        cwd=tmp_path, env=os.environ | other | {"PYTHONPATH": str(CHECKOUT)}, check=True, timeout=300,
    )  # fmt: skip
    reports = release / "reports"
    names = sorted(p.relative_to(reports) for p in reports.rglob("*") if p.is_file())
    assert {document.file_name for document in DOCUMENTS} <= {str(name) for name in names}
    for name in names:
        assert (elsewhere / "reports" / name).read_bytes() == (release / "reports" / name).read_bytes(), name
