"""dbt that cannot begin. If its own words are cut, or lost between processes, nobody learns that the disk was full."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from pipelines.errors import KyosoError
from pipelines.model.dbt import environment, invoke
from pipelines.settings import Settings
from tests.conftest import AS_OF, SAMPLE


def test_all_of_dbts_words_are_handed_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its first line says "Runtime Error"; the reason stands below."""
    settings = Settings(SAMPLE, tmp_path, 2026, AS_OF)
    for name, value in environment(settings).items():
        monkeypatch.setenv(name, value)
    with pytest.raises(KyosoError) as raised:
        invoke(settings, ["compile"], target="nowhere")
    handed_on = pickle.loads(pickle.dumps(raised.value))
    assert "始まる前に止まりました" in handed_on.what
    assert "does not have a target named 'nowhere'" in handed_on.where
    assert "\n" not in handed_on.where
