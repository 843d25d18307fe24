"""`kyoso notify`: sends the state of the last night, to try the settings or to be called by a watchdog."""

from __future__ import annotations

from datetime import date

import typer

from pipelines.cli.options import Home, app, err, out, settings_of
from pipelines.cli.usage import Command
from pipelines.errors import KyosoError

NOT_SENT = 1


@app.command(cls=Command)
def notify(home: Home = None) -> None:
    """前回の夜間処理の結果を、設定した宛先(メール、Webhook)に送る。設定を試すときと、見張りから呼ぶときに使う。

    終了コード: 0 送った / 1 送れない / 2 宛先の設定がない / 5 まだ一度も実行されていない
    """
    from pipelines.serve.freshness import latest_attempt
    from pipelines.serve.notify import News, is_configured, send

    if not is_configured():
        raise KyosoError(
            "知らせる宛先が設定されていません。",
            todo="KYOSO_SMTP(メール)か KYOSO_WEBHOOK を設定してください。運用の手引きの「知らせる」に例があります。",
            exit_code=2,
        )
    latest = latest_attempt(settings_of(home=home))
    problems = send(
        News(
            outcome=latest["outcome"],
            as_of=date.fromisoformat(latest["as_of"]),
            is_sample=latest["is_sample"],
            release_id=latest["release_id"],
            reasons=tuple((r["id"], r["title"], r["what_to_do"]) for r in latest["reasons"]),
            error=(latest["error"] or {}).get("what", ""),
        )
    )
    for problem in problems:
        err.print(f"エラー: {problem}", style="red", markup=False)
    if problems:
        raise typer.Exit(NOT_SENT)
    out.print("送りました。")
