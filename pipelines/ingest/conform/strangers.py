"""What no contract knows: forms, columns and sheets that are not ours, named with the nearest that is."""

from __future__ import annotations

import difflib

from pipelines.ingest.conform.header import Header, find_headers, split_unit
from pipelines.ingest.conform.row_kind import is_note
from pipelines.ingest.contracts import Dataset, all_datasets, load_contracts
from pipelines.ingest.findings import ERROR, INFO, WARNING, Finding, Place
from pipelines.ingest.read.grid import Grid, column_letter
from pipelines.ingest.read.refusal import Refused

# A heading stands near the top; looking further would compare data with headings.
_ROWS_LOOKED_AT = 15
_SEVERAL_CELLS, _SOME_ROWS = 3, 3
_ENOUGH_IN_COMMON = 2


def heading_findings(grid: Grid, header: Header, place: Place) -> list[Finding]:
    """Columns of the form that are missing, and columns that the form does not have."""
    row = grid.physical_row(header.row_index)
    findings = []
    for field in header.missing:
        heading, required = field.header(header.version), field.is_required
        effect = "この表の行は集計に入っていません。" if required else "この項目は空として扱いました。"
        findings.append(
            place.finding(
                ERROR if required else WARNING,
                "missing_column",
                f"列「{heading}」がありません。{effect}",
                row=row,
                cell=f"{row}:{row}",
                field=field.name,
                field_label=field.label,
                expected=f"見出しの行に「{heading}」",
                example=heading,
                suggestion="様式の見出しを変えずに使ってください。",
            )
        )
    missing = [field.header(header.version) for field in header.missing]
    for index, text in header.unknown:
        near = difflib.get_close_matches(text, missing, n=1, cutoff=0.3) or _due_here(header, index)
        findings.append(
            place.finding(
                ERROR,
                "unknown_column",
                f"列「{text.strip()}」は様式「{header.dataset.label}」にないため、読み取っていません。",
                row=row,
                cell=f"{column_letter(grid.first_column + index)}{row}",
                typed_text=text,
                expected="様式にある列だけ",
                example=near[0] if near else header.columns[0].field.header(header.version),
                suggestion=f"見出しを「{near[0]}」に戻してください。"
                if near
                else "不要な列は削除し、必要な列であれば県の担当者に知らせてください。",
            )
        )
    return findings


def _due_here(header: Header, index: int) -> list[str]:
    """The missing heading that the form has at this place, between the same neighbours; only suggested."""
    columns = header.dataset.columns
    before = next((c.field for c in header.columns if c.index == index - 1), None)
    place = columns.index(before) + 1 if before else 0
    if not before and any(c.index < index for c in header.columns):
        return []
    found = columns[place] if place < len(columns) else None
    return [found.header(header.version)] if found in header.missing else []


def columns_without_heading(grid: Grid, header: Header, end_index: int, place: Place) -> list[Finding]:
    """Values in columns that have no heading: nobody knows what they mean, so they are named and not read."""
    named = {c.index for c in header.columns} | {position for position, _ in header.unknown}
    found: dict[int, int] = {}
    for index in range(header.row_index + header.height, end_index):
        row = grid.rows[index]
        for position in range(len(row)):
            is_stray = position not in named and row[position] is not None and header.spans(position)
            if is_stray and position not in found and not is_note(row[position]):
                found[position] = grid.physical_row(index)
    letters = "、".join(column_letter(grid.first_column + position) for position in sorted(found))
    if not found:
        return []
    position = min(found)
    return [
        place.finding(
            WARNING,
            "column_without_heading",
            f"見出しのない列({letters})に値があります。読み取っていません。",
            cell=f"{column_letter(grid.first_column + position)}{found[position]}",
            row=found[position],
            expected="値のある列すべてに様式の見出し",
            example=header.columns[0].field.header(header.version),
            suggestion="集計に必要な値であれば様式の列に移し、不要であれば削除してください。",
        )
    ]


def sheet_not_read(place: Place, grid: Grid, datasets: list[Dataset]) -> list[Finding]:
    """What is said of a sheet that is left out: nothing of an empty one, a word of one that may hold rows."""
    if grid.is_empty:
        return []
    if grid.is_hidden:
        headers = find_headers(grid, datasets)
        if not headers:
            return [_left_out(place, INFO, "非表示のシートは読み取りません。")]
        label = headers[0].dataset.label
        message = f"非表示のシートに「{label}」の表があります。見えないものは集計に入れていません。"
        return [
            _left_out(
                place,
                WARNING,
                message,
                "集計に入れる表であればシートを再表示し、入れない表であれば削除してください。",
            )
        ]
    if not _holds_rows(grid):
        return [_left_out(place, INFO, "様式の表が見つからないため、このシートは読み取りません。")]
    nearest = nearest_form([grid], place.source)
    hint = f"最も近い様式は「{nearest.label}」です。" if nearest else ""
    message = f"表のようですが、様式の見出しが見つからないため、このシートは読み取っていません。{hint}"
    return [_left_out(place, WARNING, message)]


def _left_out(
    place: Place,
    severity: str,
    message: str,
    suggestion: str = "集計に必要な表であれば、見出しを様式のとおりに直してください。不要であれば、そのままで構いません。",
) -> Finding:
    return place.finding(
        severity, "sheet_not_read", message, expected="様式の見出しのある表", suggestion=suggestion
    )


def _holds_rows(grid: Grid) -> bool:
    """Whether a sheet looks like a table: some rows of several cells, not a letter or a list of names."""
    wide = sum(1 for row in grid.rows if sum(1 for value in row if value is not None) >= _SEVERAL_CELLS)
    return wide >= _SOME_ROWS


def unknown_form(source: str, grids: list[Grid]) -> Refused:
    """The refusal of a file without any table of its source; names the nearest form."""
    here = load_contracts()[source].label
    whole = _recognised(grids)
    if whole:
        there = load_contracts()[whole.source].label
        return Refused(
            "wrong_source",
            f"「{here}」の様式ではありません。「{whole.label}」({there})の様式に近いものです。",
            f"「{here}」の様式",
            f"フォルダ {whole.source} に置き直すか、正しいファイルを送ってください。",
        )
    nearest = nearest_form(grids, source)
    hint = f"最も近い様式は「{nearest.label}」です。" if nearest else ""
    labels = "、".join(d.label for d in load_contracts()[source].datasets.values())
    return Refused(
        "unknown_header",
        f"様式の見出しが見つかりません。{hint}",
        f"次のいずれかの様式: {labels}",
        "様式の見出しの行を変えずに記入してください。",
    )


def _recognised(grids: list[Grid]) -> Dataset | None:
    found = [h for grid in grids for h in find_headers(grid, all_datasets().values())]
    return max(found, key=lambda h: h.score).dataset if found else None


def nearest_form(grids: list[Grid], source: str) -> Dataset | None:
    """The form that shares most headings, letter by letter or nearly; of two equal ones the source's own."""
    rows = [row for grid in grids for row in grid.rows[:_ROWS_LOOKED_AT]]
    texts = {split_unit(v)[0] for row in rows for v in row if isinstance(v, str) and len(v) <= 40}

    def likeness(dataset: Dataset) -> tuple[int, int, bool]:
        headings = {split_unit(f.header(v))[0] for f in dataset.columns for v in dataset.versions}
        same = len(texts & headings)
        near = same or sum(1 for h in headings if difflib.get_close_matches(h, texts, n=1, cutoff=0.7))
        return same, near, dataset.source == source

    best = max(all_datasets().values(), key=likeness)
    # One heading in common (団体名, 備考) makes no form.
    return best if max(likeness(best)[:2]) >= _ENOUGH_IN_COMMON else None
