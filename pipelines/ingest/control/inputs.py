"""What the control queries read: landed parts, receipts that count for the as-of date, and names of things."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from pipelines.ingest.archive import Archive, Reception
from pipelines.ingest.contracts import all_datasets, code_books, load_contracts
from pipelines.ingest.control.reception import reception_findings
from pipelines.ingest.control.sightings import COLUMNS as SIGHTINGS
from pipelines.ingest.control.sightings import late_sightings
from pipelines.ingest.landing import pseudonym_key
from pipelines.ingest.ledger import Receipt
from pipelines.ingest.lineage import lineage, sending
from pipelines.ingest.municipalities import distinct_name, municipalities
from pipelines.ingest.reading_policy import ReadingPolicy
from pipelines.ingest.segments import CONTROL_PARTS
from pipelines.settings import Settings

if TYPE_CHECKING:
    import duckdb


def counting(settings: Settings, receipts: Iterable[Receipt]) -> list[Receipt]:
    """The receipts of the as-of date and before."""
    return [r for r in receipts if r.received_date <= settings.as_of]


def register(
    con: duckdb.DuckDBPyConnection, settings: Settings, archive: Archive, reception: Reception | None
) -> None:
    """Make the tables that the control queries read."""
    _landed(con, settings)
    counted = counting(settings, archive.ledger.receipts)
    _received(con, counted)
    _table(con, "sightings", late_sightings(counted), SIGHTINGS)
    ReadingPolicy.newest(settings.landed, archive.ledger.receipts)
    _names(con, settings)
    columns = ", ".join(f'"{c[0]}" {c[1]}' for c in con.execute("describe landed_findings").fetchall())
    _table(
        con,
        "reception_findings",
        reception_findings(settings, counted, reception),
        columns + ", path varchar, file_name varchar, lineage varchar, received_date date, seq bigint",
    )


def _landed(con: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    for part in CONTROL_PARTS:
        folder = settings.landed / f"_{part}"
        con.read_parquet(str(folder / "*.parquet")).create(f"landed_{part}")
    con.execute("create table landed_rows (dataset varchar, file_id varchar, row_count bigint)")
    for dataset in all_datasets():
        rows = con.read_parquet(str(settings.landed / dataset / "*.parquet"), union_by_name=True)
        rows.aggregate(f"'{dataset}' as dataset, _file_id, count(*)", "_file_id").insert_into("landed_rows")
    folder = settings.landed / "policy__withdrawals"
    con.read_parquet(str(folder / "*.parquet"), union_by_name=True).create("landed_withdrawals")


def _received(con: duckdb.DuckDBPyConnection, counted: list[Receipt]) -> None:
    receipts = [
        asdict(r) | {"file_name": r.name, "lineage": lineage(r.name), "sending": sending(r.name)}
        for r in counted
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


def _names(con: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    towns = [
        asdict(m)
        | {
            "municipality_code": m.code,
            "prefecture_name": m.prefecture,
            # Whatever is told by its name alone is one municipality's.
            "name": distinct_name(m),
            "sort_order": number,
        }
        for number, m in enumerate(municipalities().values(), start=1)
    ]
    _table(
        con,
        "municipalities",
        towns,
        "municipality_code varchar, prefecture_name varchar, name varchar, kana varchar, district varchar, "
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


def _table(con: duckdb.DuckDBPyConnection, name: str, rows: list[dict[str, Any]], columns: str) -> None:
    con.execute(f"create table {name} ({columns})")
    described = con.execute(f"select column_name, column_type from (describe {name})").fetchall()
    # Row by row takes DuckDB a millisecond each: a nation has more than ten thousand receipts.
    values = ", ".join(f"unnest(?::{kind}[])" for _, kind in described)
    con.execute(
        f"insert into {name} select {values}", [[row[column] for row in rows] for column, _ in described]
    )
