"""Images of a workbook carried over as they are: received bytes are never decoded, whatever library is installed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zipfile import ZipFile

if TYPE_CHECKING:
    from openpyxl.reader.excel import ExcelReader

# Those that openpyxl can name in a package.
_FORMATS = ("png", "jpg", "jpeg", "gif", "bmp", "emf", "tif", "tiff")
MAX_IMAGE_BYTES = 50 * 2**20


def leave_images_alone() -> None:
    """Keep openpyxl from decoding and rewriting the images of the files it opens; see `keep_images`."""
    from openpyxl.reader import drawings

    drawings.PILImage = False  # type: ignore[attr-defined]


def keep_images(reader: ExcelReader, archive: ZipFile) -> None:
    """Give the sheets of a workbook that has just been read the images of its drawings, in their places."""
    from openpyxl.drawing.spreadsheet_drawing import SpreadsheetDrawing

    kind: str = SpreadsheetDrawing._rel_type  # type: ignore[attr-defined]
    for sheet, relation in reader.parser.find_sheets():
        worksheet: Any = reader.wb[sheet.name] if sheet.name in reader.wb.sheetnames else None
        if worksheet is None or getattr(worksheet, "_images", True):
            continue
        for drawing in _dependents(archive, relation.target).find(kind):
            targets = _dependents(archive, drawing.target)
            found = (_image(archive, picture, targets) for picture in _pictures(archive, drawing.target))
            worksheet._images += [image for image in found if image is not None]


def _dependents(archive: ZipFile, part: str) -> Any:
    from openpyxl.packaging import relationship

    tools: Any = relationship
    path = tools.get_rels_path(part)
    if path not in archive.namelist():
        return tools.RelationshipList()
    return tools.get_dependents(archive, path)


def _pictures(archive: ZipFile, part: str) -> list[Any]:
    from openpyxl.drawing.spreadsheet_drawing import SpreadsheetDrawing
    from openpyxl.xml.functions import fromstring

    kind: Any = SpreadsheetDrawing
    try:
        return list(kind.from_tree(fromstring(archive.read(part)))._blip_rels)
    # Shapes that openpyxl does not know: it leaves out the whole drawing, and the copy says so.
    except (TypeError, KeyError):
        return []


def _image(archive: ZipFile, picture: Any, targets: Any) -> Any | None:
    from openpyxl.drawing.image import Image

    class Carried(Image):
        """An image of which nothing is known but its bytes and its place."""

        def __init__(self, data: bytes, form: str, anchor: Any) -> None:
            self.bytes, self.format, self.anchor = data, form, anchor

        def _data(self) -> bytes:
            return self.bytes

    try:
        target = targets.get(picture.embed).target
        size = archive.getinfo(target).file_size
    except KeyError:
        return None
    form = target.rpartition(".")[2].lower()
    if form not in _FORMATS or size > MAX_IMAGE_BYTES:
        return None
    return Carried(archive.read(target), form, picture.anchor)
