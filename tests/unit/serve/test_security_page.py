"""The page on threats names the tests that hold each defence; a name that leads nowhere holds nothing."""

from __future__ import annotations

import re

from pipelines.settings import CHECKOUT

PAGE = CHECKOUT / "pipelines" / "serve" / "SECURITY.ja.md"


def test_every_defence_names_tests_that_exist() -> None:
    text = PAGE.read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| ") and not line.startswith("| 脅威")]
    assert len(rows) >= 10
    for row in rows:
        named = re.findall(r"`(tests/[^`]+)`", row)
        assert named, row
        assert [name for name in named if not (CHECKOUT / name).is_file()] == []
