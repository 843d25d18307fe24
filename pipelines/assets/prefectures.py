"""Landing spread over workers: one partition a prefecture, for a nation's files. Off unless `KYOSO_WORKERS` says how many.

An hour before the night the files that came in are handed out: one run a prefecture that has any. They run beside each
other, on this machine or on several, as Dagster's own configuration says. The night waits for those still reading, reads
what none of them has read, and goes on as ever. So a prefecture's run that fails costs time, and nothing else.
"""

from collections.abc import Iterator, Mapping

import dagster as dg

from pipelines.assets.places import LANDED_GROUP, OWNERS, every_day
from pipelines.ingest.archive import Archive
from pipelines.ingest.contracts import load_contracts
from pipelines.ingest.landing import Landing
from pipelines.ingest.ledger import Receipt
from pipelines.ingest.municipalities import municipalities
from pipelines.ingest.prefectures import Prefectures
from pipelines.serve.before_night import make_ready
from pipelines.serve.lock import LandingLock, WriterLock
from pipelines.settings import Settings, today

_NAME = "prefecture"
PREFECTURE = dg.DynamicPartitionsDefinition(name=_NAME)
BY_PREFECTURE = dg.AssetKey(["landed", "by_prefecture"])
LANDING_JOB = "land_by_prefecture"
HAND_OUT_JOB = "hand_out"


@dg.asset(
    key=BY_PREFECTURE,
    deps=[["raw", source] for source in load_contracts()],
    partitions_def=PREFECTURE,
    group_name=LANDED_GROUP,
    kinds={"parquet"},
    owners=OWNERS,
    description="県ごとの読取り。読んだ行は landed の各表に入る。読めなかった県の分は、夜間処理が読む。",
)
def by_prefecture(
    context: dg.AssetExecutionContext, settings: dg.ResourceParam[Settings]
) -> dg.MaterializeResult[None]:
    """Read the files of one prefecture that have not been read yet."""
    with LandingLock(settings):
        landing = Landing(settings, Archive(settings), is_alone=False)
        landing.land(_parts(landing).get(context.partition_key, []))
    done = landing.summary
    return dg.MaterializeResult(
        metadata={
            "読んだファイル": done.files_read,
            "読めないファイル": done.files_refused,
            "dagster/row_count": done.rows_landed,
            "保留した行": done.rows_set_aside,
        }
    )


@dg.op(description="届いたファイルを受領し、設定を読み、県ごとに分ける。")
def receive_and_divide(context: dg.OpExecutionContext, settings: dg.ResourceParam[Settings]) -> None:
    """Archive what is new, land the policy, and name the prefectures that have files to be read."""
    with WriterLock(settings):
        archive = Archive(settings)
        make_ready(settings, archive.ledger)
        archive.receive(today())
        landing = Landing(settings, archive)
        parts = _parts(landing)
    context.instance.add_dynamic_partitions(_NAME, list(parts))
    context.log.info("、".join(f"{part} {len(files)}件" for part, files in parts.items()) or "読むものなし")


def spread() -> dg.Definitions:
    """The partitioned asset, its jobs, the schedule that hands out, and the sensor that starts a run a prefecture."""
    landing = dg.define_asset_job(
        LANDING_JOB,
        dg.AssetSelection.assets(BY_PREFECTURE),
        executor_def=dg.in_process_executor,
        description="県ごとの読取り。1県が1つの実行で、並んで動く。",
    )

    @dg.job(name=HAND_OUT_JOB, description="受領し、県ごとに分ける。続けて県ごとの読取りが始まる。")
    def handing_out() -> None:
        receive_and_divide()

    @dg.run_status_sensor(
        name="prefectures_with_files",
        run_status=dg.DagsterRunStatus.SUCCESS,
        monitored_jobs=[handing_out],
        request_job=landing,
        default_status=dg.DefaultSensorStatus.RUNNING,
        minimum_interval_seconds=10,
        description="分けたあと、読むファイルのある県の読取りを始める。",
    )
    def prefectures_with_files(
        context: dg.RunStatusSensorContext, settings: dg.ResourceParam[Settings]
    ) -> Iterator[dg.RunRequest | dg.SkipReason]:
        parts = _parts(Landing(settings, Archive(settings), is_alone=False))
        if not parts:
            yield dg.SkipReason("読むファイルのある県がありません。")
        for part in parts:
            yield dg.RunRequest(run_key=f"{context.dagster_run.run_id}/{part}", partition_key=part)

    return dg.Definitions(
        assets=[by_prefecture],
        jobs=[landing, handing_out],
        schedules=[every_day("before_every_night", handing_out, 1)],
        sensors=[prefectures_with_files],
    )


def _parts(landing: Landing) -> Mapping[str, list[Receipt]]:
    return Prefectures(municipalities().values()).parts(landing.unread)
