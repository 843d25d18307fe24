"""What a copy could not keep: the parts and the markup of the workbook before and after, in words for its sender."""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from pathlib import Path

from pipelines.ingest.read.container import opened

# Parts that are written anew or mean nothing to people.
_WRITTEN_ANEW = re.compile(
    r"^(?:\[Content_Types\]\.xml|(?:.*/)?_rels/.*|docProps/.*|xl/(?:workbook|styles|sharedStrings|calcChain|"
    r"sheetMetadata)\.(?:xml|bin)|xl/worksheets/sheet\d*\.xml|xl/theme/.*|xl/tables/.*|xl/drawings/.*|"
    r"xl/comments.*|xl/pivotCache/.*|xl/charts/(?:style|colors)\d*\.xml|.*/)$"
)
_PARTS = (
    (r"^xl/media/", "画像"),
    (r"^xl/charts/chart|^xl/charts/chartEx|^xl/chartsheets/", "グラフ"),
    (r"^xl/vbaProject|^xl/vbaData", "マクロ"),
    (r"^xl/externalLinks/", "ほかのブックへのリンク"),
    (r"^xl/pivotTables/", "ピボットテーブル"),
    (r"^xl/connections\.xml|^xl/queryTables/", "外部データへの接続"),
    (r"^xl/ctrlProps/|^xl/activeX/", "ボタンなどのフォーム部品"),
    (r"^xl/slicer|^xl/timeline", "スライサー・タイムライン"),
    (r"^xl/threadedComments/|^xl/persons/", "返信のつながったコメント(文は残しました)"),
    (r"^xl/diagrams/", "SmartArt"),
    (r"^xl/embeddings/", "埋め込まれたファイル"),
    (r"^(?:xl/)?customXml/|^xl/xmlMaps", "付属のXMLデータ"),
    (r"^xl/printerSettings/", "プリンターの設定"),
    (r"^xl/metadata\.xml|^xl/richData/", "動的配列・特別なデータ型"),
    (r"^xl/model/", "データモデル"),
    (r"^xl/macrosheets/|^xl/dialogsheets/", "マクロシート"),
    (r"^_xmlsignatures/", "電子署名"),
)
_MARKUP = (
    (r"^xl/(?:sharedStrings\.xml$|worksheets/)", rb"<(?:\w+:)?rPh\b", "文字のふりがな"),
    (r"^xl/worksheets/", rb"<x14:sparkline>", "セルの中の小さなグラフ(スパークライン)"),
    (r"^xl/worksheets/", rb"<x14:dataValidation\b", "新しい形式の入力規則"),
    (r"^xl/worksheets/", rb"<x14:cfRule\b", "新しい形式の条件付き書式"),
    (r"^xl/worksheets/", rb"<(?:\w+:)?dataValidation\b", "入力規則"),
    (r"^xl/worksheets/", rb"<(?:\w+:)?cfRule\b", "条件付き書式"),
    (r"^xl/drawings/drawing", rb"<xdr:(?:sp|cxnSp|grpSp)\b", "図形・テキストボックス"),
)
_WARNINGS = (
    ("header or footer", "一部のヘッダー・フッター"),
    ("marked as a date", "日付として表せない値(「#VALUE!」と表示します)"),
)
_FORMULAS = (
    "数式は残しました。計算結果は、開いて「編集を有効にする」を押したときに計算し直されます"
    "(押すまで空や0に見えることがあります)。"
)
_CHARTS = "グラフは残しました。色や文字の大きさなど、見た目の一部が変わることがあります。"


def not_kept(source: Path, copy: bytes, list_part: str, warned: list[str]) -> list[str]:
    """Sentences on what the copy lost or changed, most visible first; empty when it lost nothing.

    Args:
        source: the workbook as received.
        copy: the copy's bytes.
        list_part: name of the part that holds the sheet we have added.
        warned: what openpyxl said while reading.
    """
    with opened(source) as archive:
        before, names = _inventory(archive, ""), set(archive.namelist())
    with zipfile.ZipFile(io.BytesIO(copy)) as archive:
        after = _inventory(archive, list_part)
    lost = [
        f"{label}({missing}個)" if missing > 1 else label
        for label, count in before.items()
        if (missing := count - after[label]) > 0
    ]
    lost += [label for text, label in _WARNINGS if any(text in warning for warning in warned)]
    sentences = [f"この写しに残せなかったもの: {'、'.join(lost)}。元のファイルにはあります。"] if lost else []
    if after["数式"]:
        sentences.append(_FORMULAS)
    if after["グラフ"] and any(n.startswith("xl/charts/") for n in names):
        sentences.append(_CHARTS)
    return sentences


def _inventory(archive: zipfile.ZipFile, left_out: str) -> Counter[str]:
    found: Counter[str] = Counter()
    labels = [label for _, label in _PARTS] + [label for _, _, label in _MARKUP]
    found.update(dict.fromkeys(labels, 0))
    for name in archive.namelist():
        if name == left_out:
            continue
        if not _WRITTEN_ANEW.match(name):
            label = next((text for pattern, text in _PARTS if re.search(pattern, name)), f"部品 {name}")
            found[label] += not name.endswith(".rels")
        markup = [(tag, label) for pattern, tag, label in _MARKUP if re.search(pattern, name)]
        is_sheet = name.startswith("xl/worksheets/sheet")
        if markup or is_sheet:
            data = archive.read(name)
            for tag, label in markup:
                found[label] += len(re.findall(tag, data))
            if is_sheet:
                found["数式"] += len(re.findall(rb"<(?:\w+:)?f[ >]", data)) if left_out else 0
    return found
