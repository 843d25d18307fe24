"""Blank forms: for each table that people fill in by hand a workbook, made from its contract alone.

Example:
    >>> from pipelines.ingest.contracts import all_datasets
    >>> from pipelines.report.form import form_bytes
    >>> from pipelines.report.form.plan import FormPlan, Prefill
    >>> data = form_bytes(FormPlan(all_datasets()["visit_log__visits"], Prefill(2026)))
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pipelines.errors import KyosoError
from pipelines.ingest.contracts import EXPORT, MUNICIPALITY, Dataset, all_datasets
from pipelines.ingest.municipalities import area
from pipelines.report.form.index import INDEX_NAME, Deadline, index_bytes, index_rows
from pipelines.report.form.lists import ranges_of
from pipelines.report.form.plan import FORM_PROPERTY, VERSION_PROPERTY, FormPlan, Prefill
from pipelines.report.form.side_sheets import add_side_sheets
from pipelines.report.form.table_sheet import write_input_sheet
from pipelines.report.workbook.archive import reproducible_bytes

__all__ = ["Deadline", "FormPlan", "Prefill", "form_bytes", "forms_to_fill", "index_rows", "write_forms"]


def forms_to_fill(sources: Iterable[str] = (), *, for_municipality: bool = False) -> list[Dataset]:
    """The datasets that have a blank form: tables that no program exports.

    Args:
        sources: only these sources (`visit_log`) or forms (`visit_log__visits`); all when empty.
        for_municipality: only forms that municipalities fill in.

    Raises:
        KyosoError: a source or form that does not exist, or of which no form is left (exit code 2).
    """
    found = [d for d in all_datasets().values() if d.kind == "table" and d.filled_by != EXPORT]
    known = {name for d in found for name in (d.source, d.name)}
    wanted = set(sources)
    if unknown := sorted(wanted - known):
        raise KyosoError(
            f"「{'、'.join(unknown)}」という様式はありません。",
            todo=f"次のいずれかを書いてください: {'、'.join(sorted({d.source for d in found}))}",
            exit_code=2,
        )
    chosen = [d for d in found if not wanted or wanted & {d.source, d.name}]
    if not for_municipality:
        return chosen
    theirs = [d for d in chosen if d.filled_by == MUNICIPALITY]
    if not theirs:
        raise KyosoError(
            f"「{'、'.join(sorted(wanted))}」には、市町村が記入する様式がありません。",
            todo="団体を指定せずに作ってください。県が記入する様式です。",
            exit_code=2,
        )
    return theirs


def form_bytes(plan: FormPlan) -> bytes:
    """One form as the bytes of a workbook; the same plan gives the same bytes."""
    import openpyxl
    from openpyxl.packaging.custom import StringProperty

    # The type stubs know nothing of custom properties.
    book: Any = openpyxl.Workbook()
    sheet = book.active
    sheet.title = plan.dataset.label
    write_input_sheet(sheet, plan, ranges_of(plan))
    add_side_sheets(book, plan)
    book.properties.creator = area()
    book.properties.title = f"{plan.dataset.label}({plan.version})"
    book.custom_doc_props.append(StringProperty(name=FORM_PROPERTY, value=plan.dataset.name))
    book.custom_doc_props.append(StringProperty(name=VERSION_PROPERTY, value=plan.version))
    return reproducible_bytes(book)


def write_forms(folder: Path, plans: Iterable[FormPlan], deadlines: Iterable[Deadline] = ()) -> list[Path]:
    """Write forms and the list of all forms; a form that is there already stays as it is.

    Returns:
        Every form's path, whether written now or there before with the same content.

    Raises:
        KyosoError: a file of that name with other content is there; nothing has been written.
    """
    made = {folder / plan.file_name: form_bytes(plan) for plan in plans}
    changed = [path for path, data in made.items() if path.exists() and path.read_bytes() != data]
    if changed:
        names = "、".join(path.relative_to(folder).as_posix() for path in changed[:5])
        raise KyosoError(
            f"同じ名前で中身の違うファイルが{len(changed)}件あります。記入済みかもしれないため、何も書いていません。",
            where=f"{folder}({names}{'など' if len(changed) > 5 else ''})",
            todo="別のフォルダを指定するか、そのファイルを移してから、もう一度実行してください。",
            exit_code=2,
        )
    # Not a form: nobody fills it in, and it says how things are now.
    made[folder / INDEX_NAME] = index_bytes(list(deadlines))
    for path, data in made.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return [path for path in made if path.name != INDEX_NAME]
