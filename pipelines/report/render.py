"""Every document of a release, rendered from one description of its content."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from pipelines.errors import KyosoError
from pipelines.report.content import build_report
from pipelines.report.dictionary.book import write_dictionary_book
from pipelines.report.dictionary.page import write_dictionary_page
from pipelines.report.disclosure.audit import write_record
from pipelines.report.disclosure.check import check
from pipelines.report.document import Report
from pipelines.report.edition import EditionTitle
from pipelines.report.facts import Facts
from pipelines.report.figures import draw
from pipelines.report.karte.pdf import write_kartes
from pipelines.report.page import write_page
from pipelines.report.pdf import write_pdf
from pipelines.report.word import write_word
from pipelines.report.workbook import write_workbook


def warm_up() -> None:
    """Load what sets the documents: the typesetter and the page templates."""
    for library in ("jinja2", "typst"):
        import_module(library)


@dataclass(frozen=True)
class Document:
    """One form of the report, or of the dictionary.

    Attributes:
        is_of_program: says the same as long as the program is the same.
        is_beside: written by the night's own process while another one writes the rest: about half of the work.
    """

    key: str
    file_name: str
    kind: str
    description: str
    write: Callable[[Report, Path], Path]
    is_of_program: bool = False
    is_beside: bool = False


DOCUMENTS = (
    Document("pdf", "annual_evaluation.pdf", "pdf", "年次評価報告書(PDF、印刷と配布用)", write_pdf),
    Document(
        "xlsx",
        "annual_evaluation.xlsx",
        "excel",
        "年次評価報告書(Excel、数字とグラフを使うため)",
        write_workbook,
        is_beside=True,
    ),
    Document("docx", "annual_evaluation.docx", "word", "年次評価報告書(Word、書き足すため)", write_word),
    Document(
        "karte",
        "karte.pdf",
        "pdf",
        "市町村別カルテ(1団体1ページ、団体別のPDFも)",
        write_kartes,
        is_beside=True,
    ),
    Document("html", "annual_evaluation.html", "html", "年次評価報告書(HTML、証跡をたどるため)", write_page),
    Document(
        "dictionary_html",
        "data_dictionary.html",
        "html",
        "データ辞書(HTML、表・列・KPI・資料の項目をさがすため)",
        write_dictionary_page,
        is_of_program=True,
    ),
    Document(
        "dictionary_xlsx",
        "data_dictionary.xlsx",
        "excel",
        "データ辞書(Excel、一覧を絞り込むため)",
        write_dictionary_book,
        is_of_program=True,
        is_beside=True,
    ),
)


def render(
    candidate: Path, keys: Iterable[str], edition: EditionTitle | None = None, folder: Path | None = None
) -> list[Path]:
    """Write documents of a judged candidate or release.

    Args:
        candidate: folder with warehouse, verdict, manifest and control tables.
        keys: which of `DOCUMENTS`.
        edition: what they are issued as; None for a working copy.
        folder: where they go, with `disclosure.json` beside it; by default to `reports` beside the rows.

    Raises:
        KyosoError: the gate is closed, or the rows are not the rows that were judged.
    """
    facts = Facts(candidate, edition)
    wanted = set(keys)
    try:
        uncovered = facts.verdict.covers(facts.judged)
        if uncovered or not facts.verdict.is_open:
            raise KyosoError(
                "検査に合格した行ではないため、報告書を作りません。",
                where="、".join(uncovered) or "検査が不合格です",
                todo="kyoso nightly を実行して、検査からやり直してください。",
            )
        report = draw(build_report(facts))
        check(report, facts.disclosure)
        folder = folder or candidate / "reports"
        folder.mkdir(parents=True, exist_ok=True)
        # Beside the documents, not among them: it says of each suppressed figure how many answered.
        write_record(facts.disclosure, folder.parent)
    finally:
        facts.close()
    return [d.write(report, folder / d.file_name) for d in DOCUMENTS if d.key in wanted]
