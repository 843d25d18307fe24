"""Files as received, and the rows read from them."""

from __future__ import annotations

from collections.abc import Iterator

import dagster as dg

from pipelines.assets.places import CONTROL, LANDED_GROUP, OWNERS, RAW_GROUP
from pipelines.ingest.contracts import Contract, load_contracts
from pipelines.night import Night
from pipelines.settings import Settings


def _raw_spec(contract: Contract) -> dg.AssetSpec:
    names = "、".join(d.label for d in contract.datasets.values())
    return dg.AssetSpec(
        ["raw", contract.source],
        group_name=RAW_GROUP,
        kinds={"file"},
        owners=OWNERS,
        description=f"{contract.label}: 受領したままのファイル({names})。",
    )


def _landed_spec(contract: Contract) -> dg.AssetSpec:
    return dg.AssetSpec(
        ["landed", contract.source],
        deps=[dg.AssetKey(["raw", contract.source])],
        group_name=LANDED_GROUP,
        kinds={"parquet"},
        owners=OWNERS,
        description=f"{contract.label}: 読み取った行。行ごとにファイル・シート・行番号を持つ。",
    )


_CONTROL_SPEC = dg.AssetSpec(
    CONTROL,
    deps=[["landed", source] for source in load_contracts()],
    group_name=LANDED_GROUP,
    kinds={"parquet"},
    owners=OWNERS,
    description="管理表: 基準日に有効な提出、行数の照合、指摘、暦。",
)


@dg.multi_asset(specs=[_raw_spec(c) for c in load_contracts().values()], name="receive")
def receive(settings: dg.ResourceParam[Settings]) -> Iterator[dg.MaterializeResult[None]]:
    """Archive what is new in raw."""
    night = Night.of(settings)
    new = night.receive().new
    assert night.archive is not None
    for source in load_contracts():
        known = [r for r in night.archive.ledger.receipts if r.source == source]
        fresh = sum(r.source == source for r in new)
        yield dg.MaterializeResult(
            asset_key=["raw", source], metadata={"受領ファイル": len(known), "今回新しいファイル": fresh}
        )


@dg.multi_asset(
    specs=[*[_landed_spec(c) for c in load_contracts().values()], _CONTROL_SPEC],
    check_specs=[
        dg.AssetCheckSpec(
            "reconciliation", asset=["landed", s], description="行数 = 取り込んだ行 + 保留した行"
        )
        for s in load_contracts()
    ],
    name="land",
)
def land(settings: dg.ResourceParam[Settings]) -> Iterator[dg.MaterializeResult[None]]:
    """Read new files, set aside what cannot be read, and write the control tables of the run."""
    night = Night.of(settings)
    landing = night.land()
    control = night.write_control()
    for source in load_contracts():
        counts = control.by_source.get(source, {})
        rows_in = counts.get("rows_in", 0)
        accounted = counts.get("rows_landed", 0) + counts.get("rows_set_aside", 0)
        check = dg.AssetCheckResult(
            check_name="reconciliation",
            asset_key=dg.AssetKey(["landed", source]),
            passed=rows_in == accounted,
            metadata={"行数": rows_in, "取り込んだ行と保留した行": accounted},
        )
        metadata = {
            "dagster/row_count": counts.get("rows_landed", 0),
            "ファイル": counts.get("files", 0),
            "読めないファイル": counts.get("refused", 0),
            "保留した行": counts.get("rows_set_aside", 0),
            "要修正": counts.get("errors", 0),
            "確認": counts.get("warnings", 0),
        }
        yield dg.MaterializeResult(asset_key=["landed", source], metadata=metadata, check_results=[check])
    yield dg.MaterializeResult(asset_key=CONTROL, metadata={"今回読んだファイル": landing.files_read})
