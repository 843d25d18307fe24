"""The control tables of one run: what had been received by the as-of date, and which of it is in force.

They are Parquet files in the candidate's folder, sources of the models and part of the release.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.ingest.archive import Archive, Reception
from pipelines.ingest.contracts import all_datasets, code_books, load_contracts
from pipelines.ingest.findings import ERROR, WARNING, Finding, Place
from pipelines.ingest.landing import pseudonym_key
from pipelines.ingest.ledger import Receipt
from pipelines.ingest.lineage import lineage, sending
from pipelines.ingest.municipalities import municipalities
from pipelines.ingest.segments import CONTROL_PARTS
from pipelines.settings import Settings

if TYPE_CHECKING:
    import duckdb

# Each table is the query of its name in this folder; later ones read the earlier ones.
_TABLES = (
    "files",
    "withdrawals",
    "submissions",
    "in_force",
    "reconciliation",
    "bindings",
    "findings",
    "finding_states",
)


@dataclass(frozen=True)
class ControlSummary:
    """What the run stands on.

    Attributes:
        in_force_hash: changes whenever the receipts in force for the as-of date change.
        by_source: per source: files, refused files, rows in, landed and set aside, open errors and warnings.
    """

    in_force_hash: str
    by_source: dict[str, dict[str, int]]


def write_control(settings: Settings, out: Path, reception: Reception | None = None) -> ControlSummary:
    """Write every control table for the run into `out`.

    Args:
        settings: home, as-of date and fiscal year.
        out: the candidate's control folder; made when it does not exist.
        reception: what tonight's look at `raw` could not read, to be shown as findings.
    """
    import duckdb

    archive = Archive(settings)
    out.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as con:
        _register(con, settings, archive, reception)
        for name in _TABLES:
            query = Path(__file__).with_name(f"{name}.sql").read_text(encoding="utf-8")
            con.execute(f"create table {name} as {query}")
            _copy(con, name, out)
            if name == "withdrawals":
                _report_unknown_files(con)
        for name in ("municipalities", "code_labels", "datasets", "run"):
            _copy(con, name, out)
        return ControlSummary(in_force_hash(settings, archive, reception), _by_source(con))


def in_force_hash(settings: Settings, archive: Archive, reception: Reception | None = None) -> str:
    """A digest of every receipt that counts for the as-of date, in order, and of what could not be received."""
    digest = hashlib.sha256()
    for path, reason in reception.unreadable if reception else []:
        digest.update(f"{path}|{reason}\n".encode())
    for receipt in _counting(settings, archive.ledger.receipts):
        digest.update(
            f"{receipt.seq}|{receipt.source}|{receipt.path}|{receipt.file_id}|{receipt.received_date}\n".encode()
        )
    return digest.hexdigest()


def _counting(settings: Settings, receipts: Iterable[Receipt]) -> list[Receipt]:
    return [r for r in receipts if r.received_date <= settings.as_of]


def _register(
    con: duckdb.DuckDBPyConnection, settings: Settings, archive: Archive, reception: Reception | None
) -> None:
    for part in CONTROL_PARTS:
        folder = settings.landed / f"_{part}"
        con.read_parquet(str(folder / "*.parquet")).create(f"landed_{part}")
    con.execute("create table landed_rows (dataset varchar, file_id varchar, row_count bigint)")
    for dataset in all_datasets():
        rows = con.read_parquet(str(settings.landed / dataset / "*.parquet"), union_by_name=True)
        rows.aggregate(f"'{dataset}' as dataset, _file_id, count(*)", "_file_id").insert_into("landed_rows")
    folder = settings.landed / "policy__withdrawals"
    con.read_parquet(str(folder / "*.parquet"), union_by_name=True).create("landed_withdrawals")
    receipts = [
        asdict(r) | {"file_name": r.name, "lineage": lineage(r.name), "sending": sending(r.name)}
        for r in _counting(settings, archive.ledger.receipts)
    ]
    _table(
        con,
        "receipts",
        receipts,
        "seq bigint, path varchar, file_id varchar, source varchar, "
        "received_date date, size_bytes bigint, is_sample boolean, file_name varchar, lineage varchar, sending integer",
    )
    con.execute("""
        create table received as
        select file_id, source, max_by(path, seq) as path, max_by(file_name, seq) as file_name,
               max_by(lineage, seq) as lineage, max_by(sending, seq) as sending,
               min(received_date) as first_received_date,
               max_by(received_date, seq) as received_date, max(seq) as seq, min(seq) as first_seq,
               max_by(size_bytes, seq) as size_bytes, count(*) as receipt_count
        from (select * from receipts order by seq) group by file_id, source
    """)
    towns = [
        asdict(m) | {"municipality_code": m.code, "sort_order": number}
        for number, m in enumerate(municipalities().values(), start=1)
    ]
    _table(
        con,
        "municipalities",
        towns,
        "municipality_code varchar, name varchar, kana varchar, district varchar, "
        "long_name varchar, bureau varchar, bureau_status varchar, population bigint, tile_column bigint, "
        "tile_row bigint, sort_order bigint",
    )
    labels = [
        {"codebook": book, "code": code, "label": texts[0], "sort_order": number}
        for book, codes in code_books().items()
        for number, (code, texts) in enumerate(codes.items(), start=1)
    ]
    _table(con, "code_labels", labels, "codebook varchar, code varchar, label varchar, sort_order bigint")
    datasets = [
        {
            "dataset": d.name,
            "source": d.source,
            "label": d.label,
            "source_label": load_contracts()[d.source].label,
        }
        for d in all_datasets().values()
    ]
    _table(con, "datasets", datasets, "dataset varchar, source varchar, label varchar, source_label varchar")
    run = {
        "as_of": settings.as_of,
        "fiscal_year": settings.fiscal_year,
        "is_sample": settings.is_sample,
        "key_id": pseudonym_key(settings).key_id,
    }
    _table(con, "run", [run], "as_of date, fiscal_year integer, is_sample boolean, key_id varchar")
    columns = ", ".join(f'"{c[0]}" {c[1]}' for c in con.execute("describe landed_findings").fetchall())
    _table(
        con,
        "reception_findings",
        _reception_rows(settings, archive, reception),
        columns + ", path varchar, file_name varchar, lineage varchar, received_date date, seq bigint",
    )


def _report_unknown_files(con: duckdb.DuckDBPyConnection) -> None:
    """A withdrawal of a file that nobody received withdraws nothing, and says so at its own row."""
    lost = con.execute("""
        select w.policy_file_id, w.sheet, w.row, w.file_name, r.path, r.received_date, r.seq
        from withdrawals w join received r on r.file_id = w.policy_file_id and r.source = 'policy'
        where w.file_id is null
    """).fetchall()
    for file_id, sheet, row, typed, path, received_date, seq in lost:
        finding = Place(file_id, "policy", "policy__withdrawals", sheet).finding(
            WARNING,
            "unknown_file_withdrawn",
            f"取下げの対象「{typed}」という名前のファイルは、取下げ日までに受領していません。何も取り下げていません。",
            cell=f"{row}:{row}",
            row=row,
            field="file_name",
            field_label="ファイル名",
            typed_text=typed,
            expected="夜間レポートに出るファイルの名前",
            example="海南市_派遣実施報告書_R8.6月.xlsx",
            suggestion="名前と取下げ日を確かめてください。",
        )
        values = finding.as_row() | {
            "path": path,
            "file_name": path.rsplit("/", 1)[-1],
            "lineage": lineage(path.rsplit("/", 1)[-1]),
            "received_date": received_date,
            "seq": seq,
        }
        names = [column[0] for column in con.execute("describe reception_findings").fetchall()]
        marks = ", ".join("?" * len(names))
        con.execute(f"insert into reception_findings values ({marks})", [values[n] for n in names])


def _reception_rows(
    settings: Settings, archive: Archive, reception: Reception | None
) -> list[dict[str, Any]]:
    rows = []
    for path, reason in reception.unreadable if reception else []:
        finding = Place("", _source_of(path)).finding(
            ERROR,
            "unreadable_path",
            reason,
            expected="読み取れるファイル",
            suggestion="ファイルの権限と場所を確かめてください。",
        )
        rows.append(_located(finding, path, settings))
    for receipt in _counting(settings, archive.ledger.receipts):
        if receipt.source == "":
            sources = "、".join(load_contracts())
            finding = Place(receipt.file_id, "").finding(
                ERROR,
                "misplaced_file",
                "種類のフォルダに入っていないため、読み取っていません。",
                expected="raw/年度/種類/受領日/ファイル",
                example="raw/R8/visit_log/2026-07-03/報告書.xlsx",
                suggestion=f"次のいずれかのフォルダに移してください: {sources}",
            )
            rows.append(
                _located(finding, receipt.path, settings)
                | {"seq": receipt.seq, "received_date": receipt.received_date}
            )
    return rows


def _located(finding: Finding, path: str, settings: Settings) -> dict[str, Any]:
    name = path.rsplit("/", 1)[-1]
    return finding.as_row() | {
        "path": path,
        "file_name": name,
        "lineage": lineage(name),
        "received_date": settings.as_of,
        "seq": None,
    }


def _source_of(path: str) -> str:
    return next((part for part in path.split("/") if part in load_contracts()), "")


def _table(con: duckdb.DuckDBPyConnection, name: str, rows: list[dict[str, Any]], columns: str) -> None:
    con.execute(f"create table {name} ({columns})")
    names = [column.strip().split(" ")[0].strip('"') for column in columns.split(",")]
    if rows:
        con.executemany(
            f"insert into {name} values ({', '.join('?' * len(names))})",
            [[row[n] for n in names] for row in rows],
        )


def _copy(con: duckdb.DuckDBPyConnection, name: str, out: Path) -> None:
    con.table(name).write_parquet(str(out / f"{name}.parquet"))


def _by_source(con: duckdb.DuckDBPyConnection) -> dict[str, dict[str, int]]:
    query = """
        with f as (select source, count(*) as files, count(*) filter (where status <> 'landed') as refused
                   from files group by source),
        c as (select source, sum(rows_in) as rows_in, sum(rows_landed) as landed, sum(rows_set_aside) as aside
              from reconciliation group by source),
        g as (select source, count(*) filter (where severity = 'error') as errors,
                     count(*) filter (where severity = 'warning') as warnings
              from findings where is_in_force group by source)
        select coalesce(f.source, g.source) as source, coalesce(files, 0), coalesce(refused, 0),
               coalesce(rows_in, 0), coalesce(landed, 0), coalesce(aside, 0), coalesce(errors, 0), coalesce(warnings, 0)
        from f full join g using (source) left join c on c.source = coalesce(f.source, g.source) order by 1
    """
    names = ("files", "refused", "rows_in", "rows_landed", "rows_set_aside", "errors", "warnings")
    return {
        row[0]: dict(zip(names, (int(v) for v in row[1:]), strict=True))
        for row in con.execute(query).fetchall()
    }
