"""One chat export: posts land as who, where and when; the texts stay behind."""

from __future__ import annotations

from pipelines.ingest.conform.outcome import FileJob, FileOutcome, SheetCount, submission_key
from pipelines.ingest.contracts import load_contracts
from pipelines.ingest.findings import ERROR, INFO, Finding, Place
from pipelines.ingest.read.refusal import Refused
from pipelines.ingest.read.slack import SlackExport, read_slack


def conform_chat(job: FileJob, kind: str, outcome: FileOutcome) -> None:
    """Land who posted where and when. Raises Refused when the file is no chat export."""
    if kind != "slack":
        raise Refused(
            "unknown_chat_export",
            "チャットの書き出しとして読めません。",
            "Slackの書き出しZIP(channels.json、users.jsonを含む)",
            "Slackの管理画面から書き出したZIPを、展開せずにそのまま置いてください。",
        )
    dataset = load_contracts()["chat_activity"].datasets["chat_activity__messages"]
    export = read_slack(job.path, job.key.pseudonym)
    key = submission_key(dataset, {}, job.file_id)
    place = Place(job.file_id, job.source, dataset.name)
    outcome.versions = "messages:slack"
    outcome.submissions.add((dataset.name, key))
    names = [f.name for f in dataset.fields]
    outcome.rows[dataset.name] = [
        {name: getattr(m, name) for name in names}
        | {"_file_id": job.file_id, "_sheet": m.sheet, "_row": m.row, "_submission_key": key}
        for m in export.messages
    ]
    for aside in export.set_aside:
        there = Place(job.file_id, job.source, dataset.name, aside.sheet)
        outcome.findings.append(
            there.finding(
                ERROR,
                aside.rule,
                f"{aside.message}この投稿は集計に入っていません。",
                row=aside.row,
                cell=f"{aside.row}件目",
                expected="利用者一覧(users.json)にある投稿者と、数字の投稿日時(ts)",
                example='"user": "U0000001", "ts": "1780270200.000100"',
                suggestion="利用者一覧を含む期間で書き出し直してください。",
            )
        )
    outcome.findings += _left_out(place, export)
    landed, aside_count = len(export.messages), len(export.set_aside)
    outcome.counts.append(SheetCount(dataset.name, "", landed + aside_count, landed, aside_count))


def _left_out(place: Place, export: SlackExport) -> list[Finding]:
    findings = []
    if export.ignored_count:
        text = f"参加通知・ボット・削除済みなど、会員の投稿でないもの{export.ignored_count}件を除きました。"
        findings.append(place.finding(INFO, "not_a_member_post", text))
    if export.private_count:
        text = f"公開チャンネルではない会話{export.private_count}日分は読み取っていません。"
        findings.append(place.finding(INFO, "private_conversation", text))
    return findings
