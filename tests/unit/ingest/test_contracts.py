"""The contracts say what every source looks like. A key that is lost on loading is a rule that nobody applies."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from open_data_contract_standard.model import OpenDataContractStandard

from pipelines.ingest.conform.header import split_unit
from pipelines.ingest.contracts import (
    CONTRACT_FOLDER,
    PARSERS,
    all_datasets,
    code_books,
    load_contracts,
)
from pipelines.ingest.japanese.numbers import SCALES

PATHS = sorted(CONTRACT_FOLDER.glob("*.odcs.yaml"))
FIELDS = [(d.name, f) for d in all_datasets().values() for f in d.fields]
SOURCES = {
    "survey",
    "assessment",
    "visit_log",
    "chat_activity",
    "procurement",
    "register",
    "public_statistics",
    "policy",
}


def leaves(node: Any, path: str = "") -> set[tuple[str, str]]:
    """Every value of a document with its place."""
    if isinstance(node, dict):
        return {leaf for key, value in node.items() for leaf in leaves(value, f"{path}/{key}")}
    if isinstance(node, list):
        return {leaf for number, value in enumerate(node) for leaf in leaves(value, f"{path}/{number}")}
    return {(path, str(node))}


def test_there_is_a_contract_for_each_of_the_eight_sources_and_a_file_for_each_contract() -> None:
    assert set(load_contracts()) >= SOURCES
    assert {p.name.removesuffix(".odcs.yaml") for p in PATHS} == set(load_contracts())


@pytest.mark.parametrize("path", PATHS, ids=lambda p: p.name)
def test_a_contract_is_valid_in_the_standard_and_loses_no_key_on_the_way(path: Path) -> None:
    """Some versions of the standard's package drop keys they do not know without a word."""
    written = yaml.safe_load(path.read_text(encoding="utf-8"))
    contract = OpenDataContractStandard.from_file(str(path))
    again = yaml.safe_load(contract.to_yaml())
    assert leaves(written) - leaves(again) == set()


def test_a_lost_key_would_be_seen() -> None:
    written = yaml.safe_load(PATHS[0].read_text(encoding="utf-8"))
    again = yaml.safe_load(PATHS[0].read_text(encoding="utf-8"))
    del again["schema"][0]["properties"][0]["customProperties"][0]["value"]
    assert leaves(written) - leaves(again)


@pytest.mark.parametrize("path", PATHS, ids=lambda p: p.name)
def test_every_property_of_the_file_is_known_to_our_loader(path: Path) -> None:
    """A misspelt customProperty would otherwise be a rule without effect."""
    known = {
        "businessName",
        "confidentiality",
        "retentionYears",
        "originalRetentionYears",
        "kind",
        "forms",
        "submissionKey",
        "keepsNewest",
        "filledBy",
    }
    known |= {"parser", "codebook", "unit", "place", "headers", "minimum", "maximum", "withinFiscalYear"}
    found = {
        item["property"]
        for node in _nodes(yaml.safe_load(path.read_text(encoding="utf-8")))
        for item in node.get("customProperties", [])
    }
    assert found <= known


def _nodes(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [document, *document["schema"], *(p for s in document["schema"] for p in s["properties"])]


@pytest.mark.parametrize(("dataset", "field"), FIELDS, ids=lambda v: v if isinstance(v, str) else v.name)
def test_a_field_is_complete(dataset: str, field: Any) -> None:
    versions = all_datasets()[dataset].versions
    assert field.label
    assert field.parser in PARSERS
    assert (field.parser in ("mark", "category")) == bool(field.codebook)
    assert not field.codebook or field.codebook in code_books()
    assert field.unit in {"", *(u for units in SCALES.values() for u in units)}
    assert (field.parser == "score") == (field.minimum is not None and field.maximum is not None)
    assert set(field.headers) <= set(versions)
    assert not field.is_key or field.is_required, "a key may not be empty"


@pytest.mark.parametrize("dataset", sorted(all_datasets()))
def test_no_two_columns_of_a_form_have_the_same_heading(dataset: str) -> None:
    found = all_datasets()[dataset]
    for version in found.versions:
        names = [split_unit(f.header(version))[0] for f in found.columns]
        assert len(names) == len(set(names)), version


@pytest.mark.parametrize("dataset", sorted(all_datasets()))
def test_what_a_submission_is_can_be_told_from_its_rows(dataset: str) -> None:
    found = all_datasets()[dataset]
    assert found.submission_key
    assert set(found.submission_key) <= {"form_file", "dataset", *(f.name for f in found.fields)}


def test_a_contract_that_names_an_unknown_parser_or_code_book_does_not_load(tmp_path: Path) -> None:
    text = (CONTRACT_FOLDER / "visit_log.odcs.yaml").read_text(encoding="utf-8")
    for old, new in (("value: month", "value: moon"), ("value: themes", "value: dreams")):
        assert old in text
        (tmp_path / "visit_log.odcs.yaml").write_text(text.replace(old, new), encoding="utf-8")
        with pytest.raises(ValueError, match=new.split()[1]):
            load_contracts.__wrapped__(tmp_path)


def test_a_changed_contract_has_another_version_and_an_unchanged_one_the_same(tmp_path: Path) -> None:
    text = (CONTRACT_FOLDER / "visit_log.odcs.yaml").read_text(encoding="utf-8")
    hashes = []
    for changed in (text, text, text.replace("value: 時間", "value: 分")):
        (tmp_path / "visit_log.odcs.yaml").write_text(changed, encoding="utf-8")
        hashes.append(
            load_contracts.__wrapped__(tmp_path)["visit_log"].datasets["visit_log__visits"].version_hash
        )
    assert hashes[0] == hashes[1] != hashes[2]
