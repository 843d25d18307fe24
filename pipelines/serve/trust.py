"""Whom this machine trusts when it sends news over TLS, and why a connection was refused, in words without any address."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Mapping
from urllib.error import HTTPError, URLError

# OpenSSL's numbers of what is wrong with a certificate (X509_V_ERR_…).
_EXPIRED, _NOT_YET, _OTHER_NAME = 10, 9, (62, 64)


class Misconfigured(Exception):
    """A variable of the environment cannot be used; says which and what it should be."""


def trusted(environment: Mapping[str, str]) -> ssl.SSLContext:
    """The authorities of this machine and, where `KYOSO_CA_FILE` names one, that of the house.

    Raises:
        Misconfigured: the file cannot be read or holds no certificate.
    """
    context = ssl.create_default_context()
    if path := environment.get("KYOSO_CA_FILE"):
        try:
            context.load_verify_locations(path)
        except OSError:
            # An SSLError is one as well.
            raise Misconfigured(
                "KYOSO_CA_FILE に、庁内の認証局の証明書(PEM形式)のファイルを指定してください"
            ) from None
    return context


def why_refused(error: Exception) -> str:
    """What a person can do something about, in words; what the other side said may repeat an address, and stays out."""
    if (
        isinstance(error, URLError)
        and not isinstance(error, HTTPError)
        and isinstance(error.reason, Exception)
    ):
        return why_refused(error.reason)
    if isinstance(error, ssl.SSLCertVerificationError):
        return _about_certificate(error.verify_code)
    if isinstance(error, ssl.SSLError):
        return (
            "暗号化の接続ができません。smtps(465)と smtp+starttls(587)のどちらかと、ポートを確かめてください"
        )
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return "サーバーがSTARTTLSに対応していません。smtps://… か smtp://… を試してください"
    return f"相手につながらないか、断られました({type(error).__name__})"


def _about_certificate(code: int) -> str:
    if code in _OTHER_NAME:
        return "証明書の名前がサーバーの名前と違います。証明書に書かれた名前で指定してください"
    if code in (_EXPIRED, _NOT_YET):
        return "証明書の期限が切れているか、まだ始まっていません。サーバーの管理者に知らせ、この機械の時計も確かめてください"
    return (
        "証明書の発行元を確かめられません。庁内の認証局の証明書のファイルを KYOSO_CA_FILE に指定してください"
    )
