"""Staging is generated from the contracts: a field described twice would be described differently one day."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.ingest.contracts import load_contracts
from pipelines.model import sources


def test_staging_and_sources_say_what_the_contracts_say() -> None:
    assert [str(p.relative_to(sources.CHECKOUT)) for p in sources.drifted()] == []
    assert sources.main(["--check"]) == 0


def test_a_changed_or_stray_staging_file_is_drift(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sources, "STAGING", tmp_path)
    monkeypatch.setattr(sources, "CHECKOUT", tmp_path)
    sources.write()
    edited = tmp_path / "visit_log" / "stg_visit_log__visits.sql"
    edited.write_text(edited.read_text(encoding="utf-8") + "-- by hand\n", encoding="utf-8")
    stray = tmp_path / "visit_log" / "stg_visit_log__old.sql"
    stray.write_text("select 1\n", encoding="utf-8")
    assert sources.main(["--check"]) == 1
    said = capsys.readouterr().out
    assert "stg_visit_log__visits.sql" in said
    assert "stg_visit_log__old.sql" in said
    sources.write()
    assert not stray.exists()
    assert sources.main(["--check"]) == 0


def test_every_field_of_every_contract_reaches_staging() -> None:
    generated = sources.generated_files()
    for contract in load_contracts().values():
        for dataset in contract.datasets.values():
            sql = generated[sources.STAGING / contract.source / f"{sources.model_name(dataset)}.sql"]
            assert all(f"landed.{field.name},\n" in sql for field in dataset.fields)
