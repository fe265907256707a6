"""Calls to addresses that somebody else named, over real connections."""

from __future__ import annotations

import datetime as dt
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import NameOID

from examprep.lti import calling, connecting
from examprep.lti.calling import PlatformError, call
from examprep.lti.models import LtiPlatform
from tests.lti.platforms import private_pem

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1, with its key."""
    key = serialization.load_pem_private_key(private_pem("server").encode(), None)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "here")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, now - dt.timedelta(days=2), now + dt.timedelta(days=9))  # type: ignore[arg-type]
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())  # type: ignore[arg-type]
    )
    file = tmp_path_factory.mktemp("tls") / "here.pem"
    file.write_bytes(private_pem("server").encode() + made.public_bytes(serialization.Encoding.PEM))
    return file


@contextmanager
def server(certificate: Path, answer: Callable[[ssl.SSLSocket], None]) -> Iterator[tuple[str, list[bytes]]]:
    """Somebody who answers one call; its address, and what was asked."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    asked: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            try:
                with listening.accept()[0] as plain, context.wrap_socket(plain, server_side=True) as connected:
                    asked.append(connected.recv(65536))
                    answer(connected)
            except OSError:
                pass  # the other side has left

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"https://127.0.0.1:{listening.getsockname()[1]}/", asked
    thread.join()


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))


def registered(url: str) -> LtiPlatform:
    return LtiPlatform(token_url=url, keys_url=url)


@pytest.mark.usefixtures("trusted")
def test_private_addresses_are_called_only_where_an_administrator_typed_them(certificate: Path) -> None:
    def answer(connected: ssl.SSLSocket) -> None:
        connected.sendall(HEAD + b"Content-Length: 2\r\n\r\n{}")

    with server(certificate, answer) as (url, asked):
        assert call(registered(url), "GET", url)[0] == {}
        assert asked
    for platform in (None, registered("https://lms.example/")):
        for host in ("127.0.0.1", "localhost", "127.0.0.1.", "0x7f.0.0.1", "[::ffff:127.0.0.1]"):
            with server(certificate, answer) as (url, asked):
                with pytest.raises(PlatformError):
                    call(platform, "GET", url.replace("127.0.0.1", host))
                with pytest.raises(PlatformError, match="PrivateAddress"):
                    call(platform, "GET", url)
            assert asked == []


@pytest.mark.parametrize(
    "url", ["http://lms.example/", "file:///etc/passwd", "https://", "ftp://lms.example/", "https://["]
)
def test_nothing_but_tls_is_called(url: str) -> None:
    with pytest.raises(PlatformError):
        call(None, "GET", url)


@pytest.mark.usefixtures("trusted")
def test_answers_that_do_not_end_are_given_up(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connecting, "LONGEST_ANSWER", 0.2)

    def drip(connected: ssl.SSLSocket) -> None:
        connected.sendall(HEAD + b"\r\n")
        while True:
            connected.sendall(b" ")

    monkeypatch.setattr(calling, "LONGEST", 1 << 26)
    with server(certificate, drip) as (url, _), pytest.raises(PlatformError):
        call(registered(url), "GET", url)


@pytest.mark.usefixtures("trusted")
def test_answers_that_are_too_long_are_not_read_to_their_end(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calling, "LONGEST", 1000)

    def flood(connected: ssl.SSLSocket) -> None:
        connected.sendall(HEAD + b"\r\n[")
        while True:
            connected.sendall(b" " * 1000)

    with server(certificate, flood) as (url, _), pytest.raises(PlatformError, match="no JSON"):
        call(registered(url), "GET", url)
