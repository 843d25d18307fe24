"""Mail over TLS, against real servers with an authority of the house. Whoever accepts any certificate mails anybody."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import HTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from pipelines.serve import notify
from pipelines.serve.notify import send
from tests.unit.serve.test_notify import CLOSED, MailServer, _Dialogue, _Hook, mail_to, serving

NOW = datetime.now(UTC)
PEM = serialization.Encoding.PEM


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


class House:
    """An authority of the house, and the certificates it gives to servers."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._key, self._name = (
            folder,
            ec.generate_private_key(ec.SECP256R1()),
            _name("庁内認証局"),
        )
        issued = self._issued(self._name, self._key, x509.BasicConstraints(ca=True, path_length=0), days=9)
        self.ca_file = folder / "ca.pem"
        self.ca_file.write_bytes(issued.public_bytes(PEM))

    def context(self, address: str = "127.0.0.1", days: int = 9) -> ssl.SSLContext:
        """What a server at this address shows; expired with days below zero."""
        key = ec.generate_private_key(ec.SECP256R1())
        names = x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))])
        shown = self._issued(_name("relay"), key, names, days=days)
        path = self._folder / "server.pem"
        secret = key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        path.write_bytes(secret + shown.public_bytes(PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context

    def _issued(self, subject: x509.Name, key: Any, extension: Any, days: int) -> x509.Certificate:
        builder = x509.CertificateBuilder(self._name, subject, key.public_key(), x509.random_serial_number())
        builder = builder.not_valid_before(NOW - timedelta(days=30)).not_valid_after(
            NOW + timedelta(days=days)
        )
        return builder.add_extension(extension, critical=True).sign(self._key, hashes.SHA256())


class _Encrypting(_Dialogue):
    """Offers STARTTLS and then goes on inside the tunnel."""

    server: SecureServer

    def handle(self) -> None:
        if self.server.from_the_start:
            self._encrypt()
            super().handle()
            return
        self.say("220 here")
        while line := self.rfile.readline():
            if line.upper().startswith(b"STARTTLS"):
                self.say("220 go on")
                self._encrypt()
                self.talk()
                return
            self.say("250-here\r\n250 STARTTLS" if line.upper().startswith(b"EHLO") else "250 ok")

    def _encrypt(self) -> None:
        self.connection = self.server.context.wrap_socket(self.connection, server_side=True)
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", 0)


class SecureServer(MailServer):
    """A relay that speaks TLS, from the start or after STARTTLS."""

    def __init__(self, context: ssl.SSLContext, *, from_the_start: bool) -> None:
        super().__init__()
        self.context, self.from_the_start = context, from_the_start
        self.RequestHandlerClass = _Encrypting

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that refuses our certificate hangs up; the test says so."""


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setattr(notify, "TIMEOUT_SECONDS", 5)
    return House(tmp_path)


@pytest.fixture
def relay_of() -> Iterator[Callable[..., MailServer]]:
    open_servers = []

    def make(server: MailServer) -> MailServer:
        running = serving(server)
        next(running)
        open_servers.append(running)
        return server

    yield make
    for running in open_servers:
        next(running, None)


@pytest.mark.parametrize(("scheme", "from_the_start"), [("smtps", True), ("smtp+starttls", False)])
def test_mail_goes_encrypted_to_a_server_of_the_house_and_to_no_other(
    house: House, relay_of: Callable[..., MailServer], scheme: str, from_the_start: bool
) -> None:
    relay = relay_of(SecureServer(house.context(), from_the_start=from_the_start))
    there = mail_to(relay, KYOSO_SMTP=f"{scheme}://127.0.0.1:{relay.port}")
    (problem,) = send(CLOSED, there)
    assert "証明書の発行元を確かめられません" in problem
    assert "KYOSO_CA_FILE" in problem
    assert relay.received == []
    assert send(CLOSED, there | {"KYOSO_CA_FILE": str(house.ca_file)}) == []
    assert len(relay.received) == 1


@pytest.mark.parametrize(
    ("shown", "words"),
    [
        ({"address": "127.0.0.9"}, "証明書の名前がサーバーの名前と違います"),
        ({"days": -2}, "証明書の期限が切れている"),
    ],
    ids=["another name", "expired"],
)
def test_what_is_wrong_with_a_certificate_is_said(
    house: House, relay_of: Callable[..., MailServer], shown: dict[str, Any], words: str
) -> None:
    relay = relay_of(SecureServer(house.context(**shown), from_the_start=True))
    trusting = {"KYOSO_SMTP": f"smtps://127.0.0.1:{relay.port}", "KYOSO_CA_FILE": str(house.ca_file)}
    (problem,) = send(CLOSED, mail_to(relay) | trusting)
    assert words in problem
    assert "127.0.0.1" not in problem


def test_the_wrong_way_to_a_server_is_said(house: House, relay_of: Callable[..., MailServer]) -> None:
    relay = relay_of(MailServer())
    for scheme, words in (
        ("smtps", "暗号化の接続ができません"),
        ("smtp+starttls", "STARTTLSに対応していません"),
    ):
        (problem,) = send(CLOSED, mail_to(relay, KYOSO_SMTP=f"{scheme}://127.0.0.1:{relay.port}"))
        assert words in problem
    assert relay.received == []


@pytest.mark.parametrize("content", [None, b"", b"no certificate"], ids=["missing", "empty", "other"])
def test_a_file_that_is_no_authority_is_named(house: House, tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "other.pem"
    if content is not None:
        path.write_bytes(content)
    there = {"KYOSO_SMTP": "smtps://127.0.0.1:9", "KYOSO_MAIL_FROM": "a@b.jp", "KYOSO_MAIL_TO": "c@d.jp"}
    (problem,) = send(CLOSED, there | {"KYOSO_CA_FILE": str(path)})
    assert "KYOSO_CA_FILE に、庁内の認証局の証明書" in problem


def test_a_webhook_of_the_house_is_trusted_like_its_mail(house: House) -> None:
    handler = type("Hook", (_Hook,), {"received": []})
    server = HTTPServer(("127.0.0.1", 0), handler)
    server.socket = house.context().wrap_socket(server.socket, server_side=True)
    for _ in serving(server):
        there = {"KYOSO_WEBHOOK": f"https://127.0.0.1:{server.server_port}/x"}
        (problem,) = send(CLOSED, there)
        assert "証明書の発行元を確かめられません" in problem
        assert send(CLOSED, there | {"KYOSO_CA_FILE": str(house.ca_file)}) == []
    assert len(handler.received) == 1
