"""The gate: dbt's tests, the expectations, the ledger and the waivers become one verdict.

The verdict names the exact rows it judged, so that no document can be made from other rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from pipelines.quality.fingerprint import fingerprints
from pipelines.quality.suite import open_candidate, run_expectations, run_row
from pipelines.quality.verdict import Result, Verdict
from pipelines.quality.waivers import apply_waivers, approved_waivers

LEDGER_ID = "Q-LEDGER-01"


def judge(
    warehouse: Path,
    control: Path,
    dbt_results: Iterable[Result] = (),
    expectation_results: Sequence[Result] | None = None,
    *,
    ledger_ok: bool = True,
) -> Verdict:
    """Judge a candidate.

    Args:
        warehouse: the candidate's DuckDB file, closed by its writer.
        control: folder with the run's control tables as Parquet.
        dbt_results: dbt's tests in the words of the gate (`from_dbt`).
        expectation_results: what a worker process found; by default the expectations run here.
        ledger_ok: whether the chain of receipts was verified.

    Returns:
        The verdict; open only if nothing failed that no waiver in force covers.
    """
    if expectation_results is None:
        expectation_results = run_expectations(warehouse, control)
    results = [*expectation_results, *dbt_results, _ledger(ledger_ok)]
    with open_candidate(warehouse, control) as con:
        run = run_row(con)
        judged, waivers = apply_waivers(results, approved_waivers(con, run["as_of"]), run["as_of"])
        return Verdict(
            is_open=not any(result.closes for result in judged),
            as_of=run["as_of"],
            fiscal_year=int(run["fiscal_year"]),
            is_sample=bool(run["is_sample"]),
            results=judged,
            waivers=waivers,
            fingerprints=fingerprints(con),
        )


def _ledger(is_intact: bool) -> Result:
    return Result(
        id=LEDGER_ID,
        origin="gate",
        table="ledger",
        title="受領記録(台帳)が書き換えられていない",
        why="どの数字も受領したファイルまでたどれることが、この報告の前提であるため。",
        what_to_do="保管庫(archive)をバックアップから戻してください。受領記録は手で直さないでください。",
        severity="error",
        state="passed" if is_intact else "failed",
        observed="連鎖を確認" if is_intact else "連鎖が切れています",
    )
