"""Any file of tables, whatever it is called: a workbook, delimited text, or a ZIP of these.

Example:
    >>> from pipelines.ingest.read.tables import read_tables
    >>> tables = read_tables(Path("6月分.zip"))
    >>> [grid.sheet for grid in tables.grids], [name for name, _ in tables.refused]
"""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from dataclasses import dataclass, field, replace
from pathlib import Path

from pipelines.ingest.read.award import is_award, with_heading
from pipelines.ingest.read.container import kind_of, opened
from pipelines.ingest.read.delimited import read_delimited_file
from pipelines.ingest.read.grid import MEMBER_MARK, Grid
from pipelines.ingest.read.refusal import Refused
from pipelines.ingest.read.workbook import read_workbook

_NAMES = {
    "html": "Webページ(HTML)",
    "xml": "XML",
    "pdf": "PDF",
    "empty": "空のファイル",
    "slack": "チャットの書き出し",
    "zip": "ZIP",
    "gzip": "gzip",
    "json": "JSON",
}
# What archivers add beside the files that people put in.
_NOT_SENT = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")


@dataclass
class Tables:
    """The sheets of a file, and the members of a ZIP that could not be read.

    A sheet of a member is named after both: `報告書.xlsx › Sheet1`; a CSV in a ZIP by its own name.
    """

    grids: list[Grid] = field(default_factory=list)
    refused: list[tuple[str, Refused]] = field(default_factory=list)


def read_tables(path: Path) -> Tables:
    """Read every sheet of a file.

    Raises:
        Refused: no file of tables, broken, encrypted, unsafe; a ZIP of which nothing can be read.
    """
    kind = kind_of(path)
    return _read_zip(path) if kind == "zip" else Tables(_read_one(path, kind))


def _read_one(path: Path, kind: str, name: str = "") -> list[Grid]:
    if kind in ("workbook", "ole"):
        grids = read_workbook(path)
        return [replace(g, sheet=f"{name}{MEMBER_MARK}{g.sheet}") for g in grids] if name else grids
    if kind != "text":
        raise Refused(
            "not_a_table",
            f"表のファイルではありません(中身は{_NAMES.get(kind, kind)})。",
            "Excel(.xlsx)またはCSV",
            "Excelで開き「Excelブック(.xlsx)」で保存し直してください。",
        )
    grid = read_delimited_file(path)
    grid = replace(grid, sheet=name) if name else grid
    return [with_heading(grid) if is_award(grid) else grid]


def _read_zip(path: Path) -> Tables:
    tables = Tables()
    with opened(path) as archive, tempfile.TemporaryDirectory(prefix="kyoso-") as folder:
        place = Path(folder) / "member"
        for entry in sorted(archive.infolist(), key=name_of):
            name = name_of(entry)
            if (
                entry.is_dir()
                or name.startswith(_NOT_SENT)
                or name.rsplit("/", 1)[-1].startswith((".", "~$"))
            ):
                continue
            with archive.open(entry) as source, place.open("wb") as copy:
                shutil.copyfileobj(source, copy, 2**20)
            try:
                tables.grids += _read_one(place, _kind_of_member(place), name)
            except Refused as refused:
                tables.refused.append((name, refused))
    if not tables.grids:
        raise _nothing_to_read(tables.refused)
    return tables


def _kind_of_member(place: Path) -> str:
    kind = kind_of(place)
    if kind == "zip":
        raise Refused(
            "zip_in_zip",
            "ZIPの中にZIPが入っています。",
            "ExcelやCSVを直接入れたZIP",
            "中のZIPを展開し、ExcelやCSVを直接ZIPにして送ってください。",
        )
    return kind


def name_of(entry: zipfile.ZipInfo) -> str:
    """A member's name; Windows writes Japanese ones in CP932 without saying so."""
    if not entry.flag_bits & 0x800:
        for encoding in ("utf-8", "cp932"):
            try:
                return entry.filename.encode("cp437").decode(encoding)
            except UnicodeError:
                continue
    return entry.filename


def _nothing_to_read(refused: list[tuple[str, Refused]]) -> Refused:
    if not refused:
        return Refused(
            "empty_zip",
            "ZIPの中にファイルがありません。",
            "ExcelまたはCSVの入ったZIP",
            "ZIPを作り直してください。",
        )
    _, first = refused[0]
    reasons = "".join(f"「{name}」: {why.message}" for name, why in refused[:5])
    rest = f"ほか{len(refused) - 5}件。" if len(refused) > 5 else ""
    return Refused(
        first.rule, f"ZIPの中に読めるファイルがありません。{reasons}{rest}", first.expected, first.suggestion
    )
