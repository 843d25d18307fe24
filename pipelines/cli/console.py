"""What the command line prints: plain sentences and tables, quiet when nobody watches."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table

from pipelines.ingest.contracts import load_contracts

if TYPE_CHECKING:
    from rich.status import Status

    from pipelines.run import NightResult
    from pipelines.serve.freshness import Freshness

_SHOWN_FILES = 5


class NightReport:
    """Shows a night under way and says what it did."""

    def __init__(self, out: Console) -> None:
        self._out = out
        self._spinner: Status | None = None

    def progress(self, step: str, done: int, total: int) -> None:
        """Show the step under way, on a terminal only."""
        if not self._out.is_terminal:
            return
        text = f"{step} {done}/{total}" if total else step
        if self._spinner is None:
            self._spinner = self._out.status(text)
            self._spinner.start()
        else:
            self._spinner.update(text)

    def stop_progress(self) -> None:
        """Give the screen back, also after Ctrl-C: a spinner hides the cursor."""
        if self._spinner:
            self._spinner.stop()

    def finish(self, result: NightResult) -> None:
        """Print what was read, what was set aside, the verdict and where everything is."""
        night, out = result.night, self._out
        if night.settings.is_sample:
            out.print("【架空データ】")
        if result.outcome == "nothing_new":
            out.print("新しいものはありません。公開版はそのままです。")
            self._paths(result)
            return
        self._read(result)
        self._verdict(result)
        self._paths(result)

    def _read(self, result: NightResult) -> None:
        night, out = result.night, self._out
        if night.reception:
            out.print(f"受領: 新しいファイル {len(night.reception.new)}件(基準日 {night.settings.as_of})")
        if night.landing:
            names = night.landing.names_read
            more = f" ほか{len(names) - _SHOWN_FILES}件" if len(names) > _SHOWN_FILES else ""
            shown = (
                f": {'、'.join(n.rsplit('/', 1)[-1] for n in names[:_SHOWN_FILES])}{more}"
                if len(names) > 0
                else ""
            )
            out.print(f"今回読んだファイル: {len(names)}件{shown}", markup=False)
        if night.control:
            keys = ("files", "refused", "rows_in", "rows_landed", "rows_set_aside", "errors", "warnings")
            rows = [
                (
                    load_contracts()[source].label if source else "(置き場所違い)",
                    [counts[key] for key in keys],
                )
                for source, counts in sorted(night.control.by_source.items(), key=lambda item: item[0] or "~")
            ]
            totals = ("計", [sum(counts[i] for _, counts in rows) for i in range(len(keys))])
            print_rows(
                out,
                ["資料", "ファイル", "読めない", "行", "取込み", "保留", "要修正", "確認"],
                [(label, *counts) for label, counts in (*rows, totals)],
            )

    def _verdict(self, result: NightResult) -> None:
        verdict, out = result.night.verdict, self._out
        if verdict is None:
            return
        if verdict.is_open:
            out.print(
                f"検査: 合格({len(verdict.results)}件、例外承認{len(verdict.waived)}件、注意{len(verdict.warnings)}件)"
            )
            return
        out.print(f"検査: 不合格。公開していません。前回の公開版はそのままです。({len(verdict.reasons)}件)")
        for reason in verdict.reasons:
            places = "、".join(f"{o.label}({o.observed})" for o in reason.offenders[:5])
            out.print(f"  {reason.id} {reason.title}: {reason.observed} {places}", markup=False)
            out.print(f"    すること: {reason.what_to_do}", markup=False)

    def _paths(self, result: NightResult) -> None:
        night, out = result.night, self._out
        if result.outcome == "released" and night.release:
            out.print(f"公開: {night.release.release_id}({night.seconds:.1f}秒)")
        elif result.outcome == "dry_run":
            out.print(f"公開していません(--dry-run)。候補: {_short(night.settings.candidate)}")
            from pipelines.cli.changes import print_candidate_changes

            print_candidate_changes(out, night.settings)
        if night.hold:
            would = "このまま実行すると、" if result.outcome == "dry_run" else ""
            out.print(f"{would}{night.hold.why}、公開を控えます。", markup=False)
            out.print(f"  すること: {night.hold.todo}", markup=False)
        current = night.settings.current / "reports"
        for path in sorted(current.iterdir()) if current.exists() else ():
            out.print(f"  報告書: {_short(path)}", markup=False)
        if night.settings.warehouse.exists():
            out.print(f"  集計: {_short(night.settings.warehouse)}", markup=False)
        out.print(f"  夜間レポート: {_short(night.status_dir / 'index.html')}", markup=False)


def _short(path: Path) -> Path:
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def print_rows(
    out: Console, names: Sequence[str], rows: Iterable[Sequence[Any]], *, is_csv: bool = False
) -> None:
    """A table for people, or CSV for programs."""
    if is_csv:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(names)
        writer.writerows(rows)
        return
    table = Table(box=box.SIMPLE, show_edge=False, pad_edge=False)
    listed = list(rows)
    for index, name in enumerate(names):
        is_number = bool(listed) and all(
            isinstance(row[index], int | float) or _is_decimal(row[index]) for row in listed
        )
        table.add_column(name, justify="right" if is_number else "left", overflow="fold")
    # A column with a number of five digits has no years: its thousands are separated, in every row.
    forms = [",d" if any(_is_large(row[i]) for row in listed) else "d" for i in range(len(names))]
    for row in listed:
        table.add_row(
            *(
                ""
                if value is None
                else format(value, form)
                if isinstance(value, int) and not isinstance(value, bool)
                else str(value)
                for value, form in zip(row, forms, strict=True)
            )
        )
    if not out.is_terminal:
        # Where nobody watches there is no edge of a screen to wrap at.
        whole = Measurement.get(out, out.options.update(max_width=10_000), table).maximum
        out = Console(file=out.file, width=max(whole, 1), highlight=False)
    out.print(table)


def _is_large(value: object) -> bool:
    return isinstance(value, int) and abs(value) >= 10_000


def _is_decimal(value: object) -> bool:
    return type(value).__name__ == "Decimal"


def print_status(out: Console, latest: dict[str, Any], now: Freshness, status_dir: Path) -> None:
    """The state of the last attempt and of what readers see."""
    words = {
        "released": "公開しました",
        "nothing_new": "新しいものはありません",
        "held": "公開を控えています",
        "gate_closed": "検査に不合格で、公開していません",
        "failed": "失敗しました",
    }
    if latest["is_sample"]:
        out.print("【架空データ】")
    out.print(
        f"前回の実行: {latest['finished_at']} {words[latest['outcome']]}(基準日 {latest['as_of']}、{latest['seconds']}秒)"
    )
    since = f"{now.released_at:%Y-%m-%d %H:%M}" if now.released_at else "－"
    out.print(f"公開版: {now.release_id or 'なし'}({since})")
    held = (latest["held_by"], latest.get("held_todo")) if latest.get("held_by") else ()
    for line in (*held, *latest.get("notices", ())):
        out.print(f"  {line}", markup=False)
    for reason in latest["reasons"]:
        out.print(f"  {reason['id']} {reason['title']}", markup=False)
        out.print(f"    すること: {reason['what_to_do']}", markup=False)
    if latest["error"]:
        out.print(f"  {latest['error']['what']} {latest['error']['todo']}", markup=False)
    if latest["submissions"]:
        print_rows(out, ["提出の状態", "件"], list(latest["submissions"].items()))
    if latest["findings"]:
        names = {
            "error": "要修正",
            "warning": "要確認",
            "info": "参考",
            "new": "うち新規",
            "unresolved": "うち前回から未解決",
            "resolved": "(再提出で解決済み)",
        }
        print_rows(out, ["指摘", "件"], [(names.get(k, k), v) for k, v in latest["findings"].items()])
    out.print(f"夜間レポート: {_short(status_dir / 'index.html')}", markup=False)
