"""Whether a file is another sending of an earlier one, as far as their names tell."""

from __future__ import annotations

import re
import unicodedata

# What people add to a name when they send the file again.
_AGAIN = re.compile(
    r"再提出|再送|再|修正|訂正|改訂|改定|差し?替え?|最新|最終|確定|新|版|後|済み?|分|コピー|第?\d+(?=版)"
    r"|copy|corrected|revised|final|rev\.?\d*|ver\.?\d*|v\d+"
)
_MARKED = re.compile(rf"(?:{_AGAIN.pattern})+\d*")
_TAIL = re.compile(r"(?<=..)(?:再提出|再送|修正|訂正|改訂|差し?替え?|最終|確定)(?:版|済み?|後)?\d*$")
# Browsers add it behind a space; 調査票(2) without one may be a second form.
_DOWNLOADED_TWICE = re.compile(r"\s[(\[]\d+[)\]]$")
# Also inside a name: 報告書.xlsx_修正.xlsx was renamed by hand.
_EXTENSIONS = re.compile(r"(?:\.(?:xlsx|xlsm|xlsb|xls|ods|csv|tsv|txt|zip|pdf|html?|json|gz|docx?))+$")
_SEPARATORS = re.compile(r"[\s_\-‐―・、,()\[\]【】「」<>〈〉]+")


def lineage(file_name: str) -> str:
    """The name without its extension and without what only says that it was sent again.

    Two files of one source with the same lineage are revisions of one another: the words may stand in
    another order, but none may be missing.

    Example:
        >>> lineage("海南市_報告書_R8.6月.xls") == lineage("【再提出】海南市_報告書_R8.6月(修正版2) (1).xlsx")
        True
        >>> lineage("海南市_調査票_採点2.xlsx") == lineage("海南市_調査票.xlsx")
        False
    """
    name = unicodedata.normalize("NFKC", file_name).strip().lower()
    stem = _EXTENSIONS.sub("", name)
    while (shorter := _DOWNLOADED_TWICE.sub("", stem).strip()) not in ("", stem):
        stem = shorter
    parts = [_EXTENSIONS.sub("", part) for part in _SEPARATORS.split(stem)]
    words = {_TAIL.sub("", part) for part in parts if part and not _MARKED.fullmatch(part)}
    return " ".join(sorted(words)) or stem


_NUMBERED = re.compile(r"第?(\d+)版|(?:修正|訂正|改訂?|再提出|rev\.?|ver\.?|v)[版_ ]?(\d+)")
_CORRECTS = re.compile(
    r"再提出|再送|修正|訂正|改訂|改定|差し?替え?|最終|確定|corrected|revised|final|(?<![a-z])(?:rev|ver)"
)


def sending(file_name: str) -> int:
    """Which sending of a file its name claims to be: 0 says nothing, 改訂版 is 1, 第3版 is 3.

    It only decides between files received on one day.

    Example:
        >>> sending("報告書.xlsx"), sending("(改訂版)報告書.xlsx"), sending("報告書_修正2.xlsx")
        (0, 1, 2)
    """
    name = unicodedata.normalize("NFKC", file_name).strip().lower().rsplit(".", 1)[0]
    numbers = [int(one or other) for one, other in _NUMBERED.findall(name)]
    return max([n for n in numbers if n < 100] + [1 if _CORRECTS.search(name) else 0])
