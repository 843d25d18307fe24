"""Workbooks come from outside: whatever is installed beside openpyxl, it must parse them with defusedxml."""

from __future__ import annotations

import importlib.util
import subprocess
import sys

import pytest

ASK = "import pipelines, openpyxl.xml as x; print(x.LXML, x.DEFUSEDXML)"


@pytest.mark.parametrize("asked_for", ["True", "False", None])
def test_openpyxl_leaves_lxml_alone(asked_for: str | None) -> None:
    assert importlib.util.find_spec("lxml"), "without lxml this would prove nothing"
    environment = {} if asked_for is None else {"OPENPYXL_LXML": asked_for}
    said = subprocess.run(
        [sys.executable, "-c", ASK], env=environment, capture_output=True, text=True, check=True
    ).stdout
    assert said.split() == ["False", "True"]
