"""The documents made from the judged rows, and the switch that shows them to everybody."""

from __future__ import annotations

from collections.abc import Iterator

import dagster as dg

from pipelines.assets.places import OWNERS, RELEASE, RELEASE_GROUP, REPORT_GROUP, VERDICT
from pipelines.night import Night
from pipelines.report.render import DOCUMENTS, Document
from pipelines.settings import Settings


def _spec(document: Document) -> dg.AssetSpec:
    return dg.AssetSpec(
        ["report", document.key],
        deps=[VERDICT],
        group_name=REPORT_GROUP,
        kinds={document.kind},
        owners=OWNERS,
        description=document.description,
    )


@dg.multi_asset(specs=[_spec(document) for document in DOCUMENTS], name="render")
def render(settings: dg.ResourceParam[Settings]) -> Iterator[dg.MaterializeResult[None]]:
    """Write the documents from the judged rows."""
    paths = {path.name: path for path in Night.of(settings).render()}
    for document in DOCUMENTS:
        yield dg.MaterializeResult(
            asset_key=["report", document.key], metadata={"バイト": paths[document.file_name].stat().st_size}
        )


@dg.asset(
    key=RELEASE,
    deps=[["report", d.key] for d in DOCUMENTS],
    group_name=RELEASE_GROUP,
    kinds={"duckdb"},
    owners=OWNERS,
    description="公開版: ウェアハウス・判定・報告書を一度に切り替える。最後に夜間レポートを書く。",
)
def release(settings: dg.ResourceParam[Settings]) -> dg.MaterializeResult[None]:
    """Switch readers to the candidate and write the nightly status."""
    night = Night.of(settings)
    published = night.publish()
    night.finish()
    if published is None:
        return dg.MaterializeResult(metadata={"公開版": "公開していません"})
    return dg.MaterializeResult(
        metadata={"公開版": published.release_id, "場所": dg.MetadataValue.path(str(published.folder))}
    )
