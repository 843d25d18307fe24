"""Findings that no reader of a file can have: where files lie, how often they came, and which of them counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipelines.ingest.archive import Reception
from pipelines.ingest.contracts import load_contracts
from pipelines.ingest.findings import ERROR, INFO, WARNING, Finding, Place
from pipelines.ingest.ledger import Receipt
from pipelines.ingest.lineage import lineage
from pipelines.settings import Settings

if TYPE_CHECKING:
    from datetime import date

    import duckdb


def reception_findings(
    settings: Settings, receipts: list[Receipt], reception: Reception | None
) -> list[dict[str, Any]]:
    """What is wrong with where files lie and how they came, as rows of the findings."""
    rows: list[dict[str, Any]] = []
    first: dict[tuple[str, str], Receipt] = {}
    for path, reason in reception.unreadable if reception else []:
        finding = Place("", _source_of(path)).finding(
            ERROR,
            "unreadable_path",
            reason,
            expected="読み取れるファイル",
            suggestion="ファイルの権限と場所を確かめてください。",
        )
        rows.append(_located(finding, path, settings.as_of))
    for receipt in receipts:
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
            rows.append(_located(finding, receipt.path, receipt.received_date, receipt.seq))
        earlier = first.setdefault((receipt.file_id, receipt.source), receipt)
        if earlier.path != receipt.path:
            finding = Place(receipt.file_id, receipt.source).finding(
                INFO,
                "same_file_again",
                f"「{earlier.name}」({earlier.received_date:%Y-%m-%d}受領)と同じ内容です。二重には数えていません。",
            )
            rows.append(_located(finding, receipt.path, receipt.received_date, receipt.seq))
    return rows


def _located(finding: Finding, path: str, received_date: date, seq: int | None = None) -> dict[str, Any]:
    """The finding as a row, with where its file lay and when it came."""
    name = path.rsplit("/", 1)[-1]
    return finding.as_row() | {
        "path": path,
        "file_name": name,
        "lineage": lineage(name),
        "received_date": received_date,
        "seq": seq,
    }


def _source_of(path: str) -> str:
    return next((part for part in path.split("/") if part in load_contracts()), "")


def report_unknown_files(con: duckdb.DuckDBPyConnection) -> None:
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
        _add(con, finding, path, received_date, seq)


def report_rivals(con: duckdb.DuckDBPyConnection) -> None:
    """Of two files of one day that deliver the same and do not say which corrects which, one was chosen."""
    rivals = con.execute("""
        select s.file_id, s.source, s.dataset, c.path, c.received_date, c.seq, c.file_name, min(o.file_name)
        from submissions s
        join received c on c.file_id = s.file_id and c.source = s.source
        join submissions t on t.dataset = s.dataset and t.submission_key = s.submission_key
            and t.file_id <> s.file_id and not t.is_withdrawn
        join received o on o.file_id = t.file_id and o.source = t.source
            and o.received_date = c.received_date and o.sending = c.sending
        where s.is_in_force
        group by all order by all
    """).fetchall()
    for file_id, source, dataset, path, received_date, seq, name, other in rivals:
        finding = Place(file_id, source, dataset).finding(
            WARNING,
            "two_files_of_one_day",
            f"同じ日に、同じ提出のファイルが「{other}」と「{name}」の2件あります。「{name}」を集計に入れました。",
            expected="1つの提出に1件。訂正であれば、ファイル名に改訂版・訂正などの語",
            example="海南市_派遣実施報告書_R8.6月_改訂版.xlsx",
            suggestion="使わない方を取り下げるか、正しい方を「改訂版」として送り直してください。",
        )
        _add(con, finding, path, received_date, seq)


def _add(con: duckdb.DuckDBPyConnection, finding: Finding, path: str, received_date: date, seq: int) -> None:
    values = _located(finding, path, received_date, seq)
    names = [column[0] for column in con.execute("describe reception_findings").fetchall()]
    marks = ", ".join("?" * len(names))
    con.execute(f"insert into reception_findings values ({marks})", [values[n] for n in names])
