"""News of a night by e-mail or webhook: off unless somebody configures it, and never the end of a night.

A message says what happened and what to do, in the words of the program alone: no file name, no place, nothing
typed in a cell. Whoever needs more opens the nightly status on the server.
"""

from __future__ import annotations

import json
import os
import smtplib
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from email.message import EmailMessage
from email.utils import localtime, make_msgid
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from pipelines.serve.trust import Misconfigured, trusted, why_refused

TIMEOUT_SECONDS = 20
TROUBLES = ("failed", "gate_closed", "held")
_PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
_HAPPENED = {
    "released": "夜間処理が新しい版を公開しました。",
    "nothing_new": "夜間処理を実行しました。新しい資料はありません。",
    "held": "夜間処理は検査を通りましたが、取消しや切替えの決定か、プログラムの変更の承認待ちにより、公開を控えています。",
    "gate_closed": "公開前の検査に不合格のため、公開していません。前回の公開版はそのままです。",
    "failed": "夜間処理が途中で止まりました。前回の公開版はそのままです。",
    "dry_run": "試しの実行をしました。",
}
_TODO = {
    "held": "サーバーで kyoso status を実行し、表示された理由と「すること」に従ってください。",
    "gate_closed": "サーバーの夜間レポート(status/index.html)を開き、該当する資料を担当者に直してもらってください。",
    "failed": "サーバーで kyoso status を実行し、表示された「すること」に従ってください。",
}
# What may be said of an error: it names nothing that anybody sent.
_KNOWN_REASONS = (
    "ディスクの空きがありません",
    "読み書きが許されていません",
    "保管場所に書き込めません",
    "受領ファイルのフォルダがありません",
    "受領したファイルが1件もありません",
    "受領台帳の行が失われています",
    "仮名の鍵",
)


@dataclass(frozen=True)
class News:
    """What is told of one attempt.

    Attributes:
        reasons: id, title and what to do of the checks that closed the gate.
        error: what the error said; only the reasons known here get into a message.
        is_recovery: whether the attempt before was in trouble.
    """

    outcome: str
    as_of: date
    is_sample: bool
    release_id: str | None
    reasons: tuple[tuple[str, str, str], ...] = ()
    error: str = ""
    is_recovery: bool = False

    @property
    def subject(self) -> str:
        """One line."""
        words = {"failed": "停止", "gate_closed": "検査に不合格", "held": "公開を控えています"}
        state = words.get(self.outcome, "復旧" if self.is_recovery else "正常")
        return f"{'【架空データ】' if self.is_sample else ''}[kyoso] 夜間処理: {state}(基準日 {self.as_of})"

    @property
    def text(self) -> str:
        """What happened and what to do."""
        lines = [_HAPPENED[self.outcome]]
        lines += [f"理由: {reason}" for reason in _KNOWN_REASONS if reason in self.error][:1]
        if todo := _TODO.get(self.outcome):
            lines.append(f"すること: {todo}")
        for check_id, title, what_to_do in self.reasons:
            lines += [f"・{check_id} {title}", f"  すること: {what_to_do}"]
        lines.append(f"基準日: {self.as_of}  今の公開版: {self.release_id or 'なし'}")
        return "\n".join(lines) + "\n"


def is_due(news: News, environment: Mapping[str, str] = os.environ) -> bool:
    """Whether this is told: troubles and their end, or everything where `KYOSO_NOTIFY` is always."""
    return (
        environment.get("KYOSO_NOTIFY") == "always" or news.outcome in TROUBLES or news.is_recovery
    ) and news.outcome != "dry_run"


def is_configured(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether anybody wants to be told anything."""
    return bool(environment.get("KYOSO_SMTP") or environment.get("KYOSO_WEBHOOK"))


def send(news: News, environment: Mapping[str, str] = os.environ) -> list[str]:
    """Send to wherever is configured.

    Returns:
        What could not be sent and why, in words without any address or secret; empty when all was sent.
    """
    return [f"知らせを送れませんでした({problem})" for problem in _sent(news, environment)]


def _sent(news: News, environment: Mapping[str, str]) -> Iterator[str]:
    for name, way in (("KYOSO_SMTP", _mail), ("KYOSO_WEBHOOK", _post)):
        if not environment.get(name):
            continue
        try:
            way(news, urlsplit(environment[name]), environment)
        except Misconfigured as error:
            yield f"{name}: {error}"
        except Exception as error:
            # Whatever goes wrong here, the night is over and well.
            yield f"{name}: {why_refused(error)}"


def _mail(news: News, server: SplitResult, environment: Mapping[str, str]) -> None:
    if server.scheme not in _PORTS or not server.hostname:
        raise Misconfigured("smtp://サーバー名:25、smtp+starttls://… 、smtps://… のように書いてください")
    sender, receivers = environment.get("KYOSO_MAIL_FROM", ""), environment.get("KYOSO_MAIL_TO", "")
    if not sender or not receivers:
        raise Misconfigured("KYOSO_MAIL_FROM と KYOSO_MAIL_TO にメールアドレスを書いてください")
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = news.subject, sender, receivers
    message["Date"] = localtime()
    # By default it would carry the name of this machine.
    message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2].strip(" >") or "kyoso")
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(news.text)
    place = (server.hostname, server.port or _PORTS[server.scheme])
    context = trusted(environment)
    with (
        smtplib.SMTP_SSL(*place, timeout=TIMEOUT_SECONDS, context=context)
        if server.scheme == "smtps"
        else smtplib.SMTP(*place, timeout=TIMEOUT_SECONDS)
    ) as connection:
        if server.scheme == "smtp+starttls":
            connection.starttls(context=context)
        if server.username:
            connection.login(server.username, _password(environment))
        connection.send_message(message)


def _password(environment: Mapping[str, str]) -> str:
    path = environment.get("KYOSO_SMTP_PASSWORD_FILE", "")
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError:
        raise Misconfigured(
            "KYOSO_SMTP_PASSWORD_FILE に、パスワードを書いたファイルを指定してください"
        ) from None


def _post(news: News, url: SplitResult, environment: Mapping[str, str]) -> None:
    if url.scheme not in ("http", "https") or not url.hostname:
        raise Misconfigured("https://… の形で書いてください")
    body = {
        "text": f"{news.subject}\n{news.text}",
        "outcome": news.outcome,
        "as_of": news.as_of.isoformat(),
        "release_id": news.release_id,
        "checks": [check_id for check_id, _, _ in news.reasons],
        "is_sample": news.is_sample,
    }
    request = urllib.request.Request(
        url.geturl(),
        json.dumps(body, ensure_ascii=False).encode(),
        {"Content-Type": "application/json; charset=utf-8"},
    )
    with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS, context=trusted(environment)):
        pass
