"""What a check says on the screen: one file after the other, what to correct first, nothing twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.text import Text

from pipelines.ingest.raw_folder import as_text
from pipelines.report.correction.wording import SEVERITY_LABELS, member_and_sheet, place

if TYPE_CHECKING:
    from rich.console import Console

    from pipelines.ingest.checking import Checked
    from pipelines.ingest.findings import Finding

# More would leave the screen; the copy lists all of them.
_SHOWN_GROUPS = 8
_SHOWN_PLACES = 6
_LONGEST_TYPED = 60
_STYLES = {"error": "white on red", "warning": "black on yellow", "info": "dim"}
_ORDER = {"error": 0, "warning": 1, "info": 2}


class CheckReport:
    """Prints the results of a check, and remembers whether there was anything to correct."""

    def __init__(self, out: Console) -> None:
        self._out = out
        self._files = 0
        self._to_correct = 0

    @property
    def is_clean(self) -> bool:
        """Whether no file had anything to correct or to look at."""
        return self._to_correct == 0

    def show(self, path: Path, checked: Checked, copies: Sequence[Path], trouble: str = "") -> None:
        """Print the findings of one file.

        Args:
            path: the file.
            checked: what was found.
            copies: the marked-up copies, where they are now.
            trouble: why there is no copy, or ''.
        """
        self._files += 1
        self._to_correct += not checked.is_clean
        counts = Counter(finding.severity for finding in checked.findings)
        found = "、".join(f"{label} {counts[s]}件" for s, label in SEVERITY_LABELS.items() if counts[s])
        kind = f"「{checked.label}」として読みました。" if checked.label else "どの資料か分かりません。"
        rows = (
            f"{checked.rows_in:,}行のうち{checked.rows_landed:,}行を集計に入れられます。"
            if checked.rows_in
            else ""
        )
        self._print(Text(f"■ {as_text(Path(path.name))}", style="bold"))
        self._print(Text(f"  {kind}{rows}{found or '直すところはありません。'}"))
        groups = _groups(checked.findings)
        for group in groups[:_SHOWN_GROUPS]:
            self._show_group(group)
        if rest := groups[_SHOWN_GROUPS:]:
            count = sum(len(group) for group in rest)
            self._print(
                Text(
                    f"  ほか{len(rest)}種類、{count}件あります。"
                    + ("写しの「指摘一覧」にすべて示しました。" if copies else "")
                )
            )
        for copy in copies:
            self._print(Text(f"  直す欄に色を付けた写し: {as_text(copy)}"))
        if trouble:
            self._print(Text(f"  {trouble}", style="red"))
        self._print(Text(""))

    def finish(self) -> None:
        """Print one line about all files when there were several."""
        if self._files > 1:
            clean = self._files - self._to_correct
            text = f"{self._files}件のうち、直すか確かめるもの {self._to_correct}件、直すところのないもの {clean}件"
            self._print(Text(text))

    def _show_group(self, group: list[Finding]) -> None:
        first = group[0]
        line = Text("  ")
        line.append(f"[{SEVERITY_LABELS[first.severity]}]", style=_STYLES[first.severity])
        line.append(f" {_places(group)}", style="bold")
        typed = (
            first.typed_text
            if len(first.typed_text) <= _LONGEST_TYPED
            else first.typed_text[:_LONGEST_TYPED] + "…"
        )
        if typed:
            line.append(f" 入力「{typed}」")
        self._print(line)
        self._print(Text(f"      {first.message}"))
        hints = (
            ("正しい書き方", first.expected),
            ("例", first.example),
            ("すること・候補", first.suggestion),
        )
        text = "  ".join(f"{label}: {value}" for label, value in hints if value)
        if text:
            self._print(Text(f"      {text}"))

    def _print(self, text: Text) -> None:
        self._out.print(text, markup=False, soft_wrap=True)


def _groups(findings: Sequence[Finding]) -> list[list[Finding]]:
    """Findings of one kind together, what must be corrected first."""
    found: dict[tuple[Any, ...], list[Finding]] = {}
    for finding in findings:
        # Without a field every message says something of its own.
        kind = finding.field or finding.message
        found.setdefault((_ORDER[finding.severity], finding.sheet, finding.rule, kind), []).append(finding)
    return sorted(found.values(), key=lambda group: _ORDER[group[0].severity])


def _places(group: list[Finding]) -> str:
    first = group[0]
    member, sheet = member_and_sheet(first.as_row())
    where = "!".join(
        part for part in (f"{member} › {sheet}" if member else sheet, place(first.as_row())) if part
    )
    more = [place(finding.as_row()) for finding in group[1:_SHOWN_PLACES]]
    rest = f"ほか{len(group) - _SHOWN_PLACES}件" if len(group) > _SHOWN_PLACES else ""
    label = f" {first.field_label}" if first.field_label else ""
    return "、".join(part for part in (where, *more) if part) + rest + label
