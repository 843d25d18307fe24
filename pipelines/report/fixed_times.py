"""The same office document as the same bytes: no clock in the archive nor in the properties."""

from __future__ import annotations

import io
import re
import zipfile

_FIXED_TIME = (2020, 1, 1, 0, 0, 0)
_FIXED_STAMP = b"2020-01-01T00:00:00Z"


def with_fixed_times(data: bytes) -> bytes:
    """An OOXML package, packed again with fixed times."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as source,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as target,
    ):
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                content = re.sub(
                    rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*", rb"\g<1>" + _FIXED_STAMP, content
                )
            entry = zipfile.ZipInfo(name, _FIXED_TIME)
            entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, 3
            entry.external_attr = 0o600 << 16
            target.writestr(entry, content)
    return buffer.getvalue()
