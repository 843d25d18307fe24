"""News of a night, against real servers. Whoever is not told does not come; whoever is told too much reads names."""

from __future__ import annotations

import email
import json
import socket
import socketserver
import sys
import threading
from collections.abc import Iterator
from datetime import date
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from pipelines import cli
from pipelines.errors import KyosoError
from pipelines.night import Night
from pipelines.serve import notify
from pipelines.serve.notify import News, is_configured, is_due, send
from pipelines.settings import Settings

AS_OF = date(2026, 11, 20)
CLOSED = News(
    "gate_closed",
    AS_OF,
    True,
    "one",
    (("Q-SUB-01", "期限を過ぎた未提出が、多すぎない", "提出を求めてください。"),),
)
SECRET = "海南市_山田太郎"


class MailServer(socketserver.ThreadingTCPServer):
    """As much of SMTP as a relay in a town hall speaks."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, *, refuses: bool = False) -> None:
        self.received: list[EmailMessage] = []
        self.receivers: list[str] = []
        self.refuses = refuses
        super().__init__(("127.0.0.1", 0), _Dialogue)

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class _Dialogue(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        self.say("220 here")
        self.talk()

    def talk(self) -> None:
        while line := self.rfile.readline():
            word = line.split()[0].upper() if line.split() else b""
            if word == b"RCPT":
                self.server.receivers.append(line.decode().strip())
                self.say(f"550 no such user {SECRET}" if self.server.refuses else "250 ok")
            elif word == b"DATA":
                self.say("354 go on")
                body = b""
                while (text := self.rfile.readline()) not in (b".\r\n", b""):
                    body += text
                message = email.message_from_bytes(body, policy=default)
                assert isinstance(message, EmailMessage)
                self.server.received.append(message)
                self.say("250 ok")
            elif word == b"QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")

    def say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


class _Hook(BaseHTTPRequestHandler):
    received: list[dict[str, object]]
    status = 200

    def do_POST(self) -> None:
        self.received.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(self.status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


def serving(server: socketserver.BaseServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield
    server.shutdown()
    server.server_close()


@pytest.fixture
def relay() -> Iterator[MailServer]:
    server = MailServer()
    for _ in serving(server):
        yield server


@pytest.fixture
def hook() -> Iterator[tuple[HTTPServer, type[_Hook]]]:
    handler = type("Hook", (_Hook,), {"received": []})
    server = HTTPServer(("127.0.0.1", 0), handler)
    for _ in serving(server):
        yield server, handler


def mail_to(relay: MailServer, **more: str) -> dict[str, str]:
    return {
        "KYOSO_SMTP": f"smtp://127.0.0.1:{relay.port}",
        "KYOSO_MAIL_FROM": "kyoso@example.lg.jp",
        "KYOSO_MAIL_TO": "dx@example.lg.jp, sysadmin@example.lg.jp",
    } | more


def test_a_closed_gate_is_told_by_mail_with_what_to_do(relay: MailServer) -> None:
    assert send(CLOSED, mail_to(relay)) == []
    (message,) = relay.received
    assert message["Subject"] == "【架空データ】[kyoso] 夜間処理: 検査に不合格(基準日 2026-11-20)"
    assert len(relay.receivers) == 2
    text = message.get_content()
    assert "前回の公開版はそのままです" in text
    assert "Q-SUB-01" in text
    assert "すること: 提出を求めてください。" in text
    assert socket.gethostname() not in str(message["Message-ID"])


def test_the_same_by_webhook(hook: tuple[HTTPServer, type[_Hook]]) -> None:
    server, handler = hook
    assert send(CLOSED, {"KYOSO_WEBHOOK": f"http://127.0.0.1:{server.server_port}/x"}) == []
    (body,) = handler.received
    assert body["outcome"] == "gate_closed"
    assert body["checks"] == ["Q-SUB-01"]
    assert "提出を求めてください" in str(body["text"])


def test_no_name_and_no_place_gets_into_a_message(relay: MailServer) -> None:
    error = f"シート「{SECRET}」を読めません(/home/{SECRET}/raw)。"
    assert send(News("failed", AS_OF, False, None, error=error), mail_to(relay)) == []
    text = relay.received[0].get_content()
    assert SECRET not in text
    assert "/" not in text.replace("status/index.html", "")
    assert "kyoso status" in text
    news = News(
        "failed", AS_OF, False, None, error="ディスクの空きがありません。前回の公開版はそのまま使えます。"
    )
    assert "理由: ディスクの空きがありません" in news.text


def test_what_cannot_be_sent_is_told_without_addresses_and_ends_nothing(
    hook: tuple[HTTPServer, type[_Hook]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notify, "TIMEOUT_SECONDS", 1)
    server, handler = hook
    handler.status = 500
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        dead = nobody.getsockname()[1]
        refusing = MailServer(refuses=True)
        for _ in serving(refusing):
            for environment in (
                mail_to(refusing),
                mail_to(refusing, KYOSO_SMTP=f"smtp://127.0.0.1:{dead}"),
                {"KYOSO_WEBHOOK": f"http://127.0.0.1:{server.server_port}/token-{SECRET}"},
                {"KYOSO_WEBHOOK": f"http://127.0.0.1:{dead}/token-{SECRET}"},
            ):
                (problem,) = send(CLOSED, environment)
                assert problem.startswith("知らせを送れませんでした(KYOSO_")
                assert SECRET not in problem
                assert "example" not in problem


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"KYOSO_SMTP": "mail.example.jp"}, "smtp://"),
        ({"KYOSO_SMTP": "smtp://127.0.0.1:9"}, "KYOSO_MAIL_FROM"),
        ({"KYOSO_WEBHOOK": "file:///etc/passwd"}, "https://"),
        ({"KYOSO_WEBHOOK": "hooks.example.jp"}, "https://"),
        ({"KYOSO_SMTP": "smtp://127.0.0.1:http"}, "KYOSO_SMTP"),
    ],
    ids=str,
)
def test_a_setting_that_cannot_be_used_is_named_with_an_example(
    environment: dict[str, str], expected: str
) -> None:
    (problem,) = send(CLOSED, environment)
    assert expected in problem


def test_a_password_comes_from_a_file(relay: MailServer, tmp_path: Path) -> None:
    environment = mail_to(relay, KYOSO_SMTP=f"smtp://user@127.0.0.1:{relay.port}")
    (problem,) = send(CLOSED, environment)
    assert "KYOSO_SMTP_PASSWORD_FILE" in problem


@pytest.mark.parametrize(
    ("outcome", "is_recovery", "mode", "expected"),
    [
        ("failed", False, "", True),
        ("held", False, "", True),
        ("released", False, "", False),
        ("released", True, "", True),
        ("nothing_new", False, "always", True),
        ("dry_run", False, "always", False),
    ],
)
def test_troubles_and_their_end_are_told_and_everything_only_where_asked_for(
    outcome: str, is_recovery: bool, mode: str, expected: bool
) -> None:
    news = News(outcome, AS_OF, False, None, is_recovery=is_recovery)
    assert is_due(news, {"KYOSO_NOTIFY": mode}) == expected
    assert ("復旧" in news.subject) == is_recovery


def failed_night(tmp_path: Path) -> Night:
    """A night that stops at once: there is no raw folder."""
    night = Night(Settings(tmp_path / SECRET, tmp_path / "home", 2026, AS_OF))
    with pytest.raises(KyosoError) as caught:
        night.receive()
    night.finish(caught.value)
    return night


def test_a_night_tells_its_trouble_once_it_is_over_and_ends_the_same_when_it_cannot(
    relay: MailServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in mail_to(relay).items():
        monkeypatch.setenv(name, value)
    night = failed_night(tmp_path)
    assert (night.outcome, night.untold) == ("failed", ())
    (message,) = relay.received
    assert "受領ファイルのフォルダがありません" in message.get_content()
    assert SECRET not in str(message)
    monkeypatch.setenv("KYOSO_SMTP", "smtp://127.0.0.1:1")
    night = failed_night(tmp_path)
    assert night.outcome == "failed"
    assert len(night.untold) == 1
    assert (tmp_path / "home" / "status" / "index.html").exists()


def test_nobody_is_told_anything_unless_somebody_configures_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket.socket, "connect", lambda *_: pytest.fail("something called out"))
    assert not is_configured({})
    assert failed_night(tmp_path).untold == ()


def test_the_command_tries_the_settings(
    relay: MailServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    failed_night(tmp_path)

    def run() -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["kyoso", "notify", "--home", str(tmp_path / "home")])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        printed = capsys.readouterr()
        return int(ended.value.code or 0), printed.out + printed.err

    assert run()[0] == 2
    for name, value in mail_to(relay).items():
        monkeypatch.setenv(name, value)
    assert run() == (0, "送りました。\n")
    assert len(relay.received) == 1
    monkeypatch.setenv("KYOSO_MAIL_TO", "")
    code, text = run()
    assert code == 1
    assert "KYOSO_MAIL_TO" in text
