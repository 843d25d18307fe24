"""Data contracts (Open Data Contract Standard 3): the one place that says what a source looks like.

Example:
    >>> from pipelines.ingest.contracts import load_contracts
    >>> load_contracts()["visit_log"].datasets["visit_log__visits"].field("visit_date").label
    '実施日'
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    import pyarrow as pa

CONTRACT_FOLDER = Path(__file__).parent / "contracts"
PERSONAL = "personal"
RESPONDENT = "respondent"
# Who fills in a form by hand (custom property `filledBy`); nobody does where a program exports the file.
MUNICIPALITY, PREFECTURE, EXPORT = "municipality", "prefecture", "export"

# What every landed row carries besides the contract's fields.
BESIDE_THE_VALUES = ("_file_id", "_sheet", "_row", "_submission_key", "_typed", "_missing")


@dataclass(frozen=True)
class Field:
    """One column or preamble value of a dataset.

    `description` (what belongs here) and `example` (one correct entry as typed, the standard's
    `examples`) are words for the person who fills in a form; both may be empty. `is_within_year`
    (withinFiscalYear): the date lies in the fiscal year that the form states above the table, so 6月1日
    is complete with it; dates that may lie elsewhere (期限, 終了日) must state their year.
    """

    name: str
    label: str
    parser: str
    is_required: bool
    is_key: bool
    classification: str
    unit: str
    codebook: str
    is_preamble: bool
    headers: Mapping[str, str]
    minimum: int | None = None
    maximum: int | None = None
    description: str = ""
    example: str = ""
    is_within_year: bool = False

    def header(self, version: str) -> str:
        """The heading of this field in a form version."""
        return self.headers.get(version, self.label)

    @property
    def is_masked(self) -> bool:
        """Whether the typed text may be shown only to its own sender."""
        return self.classification in (PERSONAL, RESPONDENT)

    @property
    def arrow_type(self) -> pa.DataType:
        """The landed type."""
        import pyarrow as pa

        types = {
            "date": pa.date32(),
            "month": pa.date32(),
            "decimal": pa.decimal128(18, 4),
            "mark": pa.bool_(),
            "boolean": pa.bool_(),
            "timestamp": pa.timestamp("us"),
        }
        if self.parser in ("integer", "money", "time", "fiscal_year", "score"):
            return pa.int64()
        return types.get(self.parser, pa.string())


@dataclass(frozen=True)
class Dataset:
    """One kind of row that a source delivers.

    `keeps_newest`: of two rows with one key in a file the lower one counts, because the export appends
    corrections; otherwise a repeated key is a mistake. `counts_hidden`: hidden and filtered rows count like
    any other (and are named); otherwise they are set aside (custom property `hiddenRows: leave`).
    `filled_by`: who fills in the blank form, one of MUNICIPALITY (the default), PREFECTURE and EXPORT.
    """

    name: str
    rows: str
    source: str
    label: str
    description: str
    kind: str
    versions: tuple[str, ...]
    submission_key: tuple[str, ...]
    fields: tuple[Field, ...]
    keeps_newest: bool = False
    filled_by: str = MUNICIPALITY
    counts_hidden: bool = True

    def field(self, name: str) -> Field:
        """The field of that name; KeyError when the contract has none."""
        for candidate in self.fields:
            if candidate.name == name:
                return candidate
        raise KeyError(f"{self.name}.{name}")

    @property
    def columns(self) -> tuple[Field, ...]:
        """Fields that are columns of the table."""
        return tuple(f for f in self.fields if not f.is_preamble)

    @property
    def preamble(self) -> tuple[Field, ...]:
        """Fields that stand above the table as label and value."""
        return tuple(f for f in self.fields if f.is_preamble)

    @property
    def key_fields(self) -> tuple[str, ...]:
        """Names of the fields that identify a row."""
        return tuple(f.name for f in self.fields if f.is_key)

    @property
    def arrow_schema(self) -> pa.Schema:
        """The landed schema: contract fields, what was typed, then the row's address.

        `_typed` and `_missing` are JSON objects by field: the text as it stands in the file where the value
        alone does not tell it, and the code of a statistical symbol (none, not_available, suppressed …).
        """
        import pyarrow as pa

        types = {"_row": pa.int64()}
        beside = [(name, types.get(name, pa.string())) for name in BESIDE_THE_VALUES]
        return pa.schema([(f.name, f.arrow_type) for f in self.fields] + beside)

    @property
    def version_hash(self) -> str:
        """Changes whenever the landed rows of this dataset could change."""
        books = code_books()
        used = {f.codebook: books[f.codebook] for f in self.fields if f.codebook}
        text = json.dumps(
            [asdict(self), used, BESIDE_THE_VALUES], ensure_ascii=False, sort_keys=True, default=list
        )
        return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Contract:
    """Everything one source may send.

    `original_retention_years` (custom property `originalRetentionYears`): after how many years, from the fiscal year
    after receipt on, the file itself is replaced by what landed of it; None where it stays as long as its rows.
    """

    source: str
    label: str
    version: str
    purpose: str
    confidentiality: str
    retention_years: int
    original_retention_years: int | None
    datasets: Mapping[str, Dataset]


@cache
def code_books() -> dict[str, dict[str, tuple[str, ...]]]:
    """Code book -> code -> accepted texts; the first text is the one printed."""
    raw = yaml.safe_load((CONTRACT_FOLDER / "codebooks.yaml").read_text(encoding="utf-8"))
    return {
        book: {str(code): tuple(str(t) for t in texts) for code, texts in codes.items()}
        for book, codes in raw.items()
    }


@cache
def load_contracts(folder: Path = CONTRACT_FOLDER) -> dict[str, Contract]:
    """Every contract in the folder, by source name, in the order of file names.

    Raises:
        ValueError: a contract names a parser, a code book or a filler that does not exist.
    """
    contracts = [_contract(path) for path in sorted(folder.glob("*.odcs.yaml"))]
    return {contract.source: contract for contract in contracts}


def all_datasets(contracts: Mapping[str, Contract] | None = None) -> dict[str, Dataset]:
    """Every dataset of every source, by its full name."""
    contracts = load_contracts() if contracts is None else contracts
    return {name: dataset for c in contracts.values() for name, dataset in c.datasets.items()}


def _contract(path: Path) -> Contract:
    document = yaml.load(
        path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    )
    custom = _custom(document)
    source = document["name"]
    datasets = [_dataset(source, schema) for schema in document["schema"]]
    return Contract(
        source=source,
        label=custom["businessName"],
        version=str(document["version"]),
        purpose=document["description"]["purpose"],
        confidentiality=custom["confidentiality"],
        retention_years=int(custom["retentionYears"]),
        original_retention_years=custom.get("originalRetentionYears"),
        datasets={dataset.name: dataset for dataset in datasets},
    )


def _dataset(source: str, schema: dict[str, Any]) -> Dataset:
    custom = _custom(schema)
    filled_by = custom.get("filledBy", MUNICIPALITY)
    if filled_by not in (MUNICIPALITY, PREFECTURE, EXPORT):
        raise ValueError(f"{schema['name']}: unknown filler {filled_by}")
    return Dataset(
        name=f"{source}__{schema['name']}",
        rows=schema["name"],
        source=source,
        label=schema["businessName"],
        description=schema["description"],
        kind=custom["kind"],
        versions=tuple(str(form["version"]) for form in custom["forms"]),
        submission_key=tuple(custom["submissionKey"]),
        fields=tuple(_field(prop) for prop in schema["properties"]),
        keeps_newest=bool(custom.get("keepsNewest", False)),
        filled_by=filled_by,
        counts_hidden=custom.get("hiddenRows", "count") == "count",
    )


PARSERS = frozenset(
    [
        "text",
        "integer",
        "decimal",
        "money",
        "date",
        "month",
        "time",
        "fiscal_year",
        "municipality",
        "area_code",
        "place_name",
        "mark",
        "boolean",
        "category",
        "corporate_number",
        "person",
        "score",
        "timestamp",
    ]
)


def _field(prop: dict[str, Any]) -> Field:
    custom = _custom(prop)
    parser, codebook = custom["parser"], custom.get("codebook", "")
    if parser not in PARSERS:
        raise ValueError(f"{prop['name']}: unknown parser {parser}")
    if codebook and codebook not in code_books():
        raise ValueError(f"{prop['name']}: unknown code book {codebook}")
    return Field(
        name=prop["name"],
        label=prop["businessName"],
        parser=parser,
        is_required=bool(prop.get("required", False)),
        is_key=bool(prop.get("primaryKey", False)),
        classification=prop["classification"],
        unit=custom.get("unit", ""),
        codebook=codebook,
        is_preamble=custom.get("place") == "preamble",
        headers={str(k): str(v) for k, v in custom.get("headers", {}).items()},
        minimum=custom.get("minimum"),
        maximum=custom.get("maximum"),
        description=prop.get("description", ""),
        example=str(next(iter(prop.get("examples", [])), "")),
        is_within_year=bool(custom.get("withinFiscalYear", False)),
    )


def _custom(node: dict[str, Any]) -> dict[str, Any]:
    return {item["property"]: item["value"] for item in node.get("customProperties", [])}
