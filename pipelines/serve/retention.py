"""Originals that are not kept for ever: until when each is kept, and what is overdue.

An original is kept through the fiscal year of its receipt and so many years after it, as the contract says
(`originalRetentionYears`) or the policy parameter `<source>_original_retention_years`. Nothing is ever deleted by
itself: the status and the doctor say what is overdue, and a person gives the command (`replacing`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from pipelines.errors import KyosoError
from pipelines.fiscal_year import fiscal_year_of
from pipelines.ingest.archive import Archive
from pipelines.ingest.content import content_hash
from pipelines.ingest.contracts import load_contracts
from pipelines.ingest.ledger import Receipt, Replacement
from pipelines.quality.limits import Limit, limits_in_force
from pipelines.settings import Settings

LEFT_IN_RAW = "件数に置き換えた原本が、受領フォルダに残っています。削除してください"


@dataclass(frozen=True)
class Original:
    """A received file whose original is not kept for ever.

    Attributes:
        receipt: the latest of it.
        kept_until: the last day of its retention.
        replacement: what has taken its place, or None.
        is_in_raw: whether the original still lies in `raw` although it has been replaced.
    """

    receipt: Receipt
    kept_until: date
    replacement: Replacement | None
    is_in_raw: bool

    def is_due(self, today: date) -> bool:
        """Whether its retention has ended and it is still there."""
        return self.replacement is None and today > self.kept_until


def originals(settings: Settings, archive: Archive | None = None) -> list[Original]:
    """Every received file whose original is not kept for ever, by the end of its retention."""
    archive = archive or Archive(settings)
    years = retention_years(settings)
    newest: dict[str, Receipt] = {}
    for receipt in archive.ledger.receipts:
        known = newest.get(receipt.file_id)
        if receipt.source in years and (known is None or receipt.received_date >= known.received_date):
            newest[receipt.file_id] = receipt
    found = [
        Original(
            receipt,
            kept_until(receipt.received_date, years[receipt.source]),
            archive.ledger.replacements.get(receipt.file_id),
            receipt.file_id in archive.ledger.replacements
            and any(_lies_in(settings, r) for r in archive.ledger.by_file[receipt.file_id]),
        )
        for receipt in newest.values()
    ]
    return sorted(found, key=lambda original: (original.kept_until, original.receipt.path))


def kept_until(received: date, years: float) -> date:
    """The last day: so many years from the first day of the fiscal year after receipt, in whole months.

    Example:
        >>> kept_until(date(2026, 7, 3), 1), kept_until(date(2027, 3, 31), 0.5)
        (datetime.date(2028, 3, 31), datetime.date(2027, 9, 30))
    """
    months = 3 + round(12 * max(years, 0))
    first = date(fiscal_year_of(received) + 1 + months // 12, months % 12 + 1, 1)
    return date.fromordinal(first.toordinal() - 1)


def retention_years(settings: Settings) -> dict[str, float]:
    """By source: for how many years its originals are kept, as the release that readers see has the policy.

    Raises:
        KyosoError: that release cannot be read.
    """
    limits = tuple(
        Limit(f"{source}_original_retention_years", contract.original_retention_years, "年", contract.label)
        for source, contract in load_contracts().items()
        if contract.original_retention_years is not None
    )
    values = {limit.name: limit.default for limit in limits}
    if settings.warehouse.exists():
        import duckdb

        try:
            with duckdb.connect(str(settings.warehouse), read_only=True) as con:
                values = limits_in_force(con, settings.as_of, limits)
        except duckdb.Error as error:
            raise KyosoError(
                f"公開版を開けないため、原本の保存期間が分かりません({str(error).splitlines()[0]})。",
                where=str(settings.warehouse),
                todo="kyoso doctor で確かめ、kyoso nightly で公開版を作り直してください。",
            ) from error
    return {limit.name.removesuffix("_original_retention_years"): values[limit.name] for limit in limits}


def notices(
    settings: Settings, today: date, seen: Iterable[str] = (), archive: Archive | None = None
) -> list[str]:
    """What readers of the status must know: originals overdue, and originals that were replaced but lie in `raw`.

    Args:
        settings: the home.
        today: decides what is overdue.
        seen: where in `raw` tonight's look found such originals, also under other names.
        archive: the home's, where somebody has opened it and with it the whole ledger already.
    """
    try:
        found = originals(settings, archive)
    except KyosoError as error:
        return [error.what]
    lines = []
    if due := [o for o in found if o.is_due(today)]:
        more = f" ほか{len(due) - 1}件" if len(due) > 1 else ""
        lines.append(
            f"保存期間の終わった原本が{len(due)}件あります({due[0].receipt.path}、{due[0].kept_until}まで{more})。"
            'kyoso retention で確かめ、kyoso retention --apply --reason "…" で件数に置き換えてください。'
        )
    left = {o.receipt.path for o in found if o.is_in_raw} | set(seen)
    lines += [f"{LEFT_IN_RAW}: {path}" for path in sorted(left)]
    return lines


def _lies_in(settings: Settings, receipt: Receipt) -> bool:
    path = settings.raw / receipt.path
    try:
        return path.stat().st_size == receipt.size_bytes and content_hash(path) == receipt.file_id
    except OSError:
        return False
