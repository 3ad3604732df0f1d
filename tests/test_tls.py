"""Certificates: made once, kept, made again when they no longer fit, and believed by clients."""

from __future__ import annotations

import socket
import ssl
import stat
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from cryptography import x509

from botyard import tls
from botyard.tls import Certificates
from botyard.web import loopback_only

HOST = "portal.example"


@contextmanager
def listening(certificates: Certificates) -> Iterator[int]:
    """A server that greets everybody who shakes hands; gives its port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates.cert_file, certificates.key_file)

    def serve() -> None:
        while True:
            try:
                plain, _ = door.accept()
            except OSError:
                return
            try:
                with context.wrap_socket(plain, server_side=True) as secure:
                    secure.sendall(b"hello")
            except OSError:
                plain.close()

    with socket.create_server(("127.0.0.1", 0)) as door:
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield door.getsockname()[1]
        finally:
            door.shutdown(socket.SHUT_RDWR)
            thread.join(5)


def greet(port: int, name: str, ca_file: Path) -> bytes:
    context = ssl.create_default_context(cafile=str(ca_file))
    context.verify_flags |= ssl.VERIFY_X509_STRICT  # The default from Python 3.13 on.
    with (
        socket.create_connection(("127.0.0.1", port), 5) as plain,
        context.wrap_socket(plain, server_hostname=name) as secure,
    ):
        return secure.recv(5)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_clients_that_trust_the_authority_trust_every_name(tmp_path: Path) -> None:
    made = tls.ensure(tmp_path / "data" / "tls", HOST)
    with listening(made) as port:
        for name in [
            "localhost",
            "127.0.0.1",
            "::1",
            HOST,
            "oauth.bitrix.info",
            "oauth.bitrix24.tech",
            "api.bitrix24.com",
        ]:
            assert greet(port, name, made.ca_file) == b"hello"
        with pytest.raises(ssl.SSLCertVerificationError, match="elsewhere"):
            greet(port, "elsewhere.example", made.ca_file)


def test_the_vendors_names_are_those_that_a_demo_answers_to() -> None:
    assert tls.VENDOR_NAMES == loopback_only.VENDOR_NAMES


def test_clients_that_trust_another_authority_do_not(tmp_path: Path) -> None:
    made, other = tls.ensure(tmp_path / "one", HOST), tls.ensure(tmp_path / "two", HOST)
    with listening(made) as port, pytest.raises(ssl.SSLCertVerificationError):
        greet(port, HOST, other.ca_file)


def test_only_the_owner_may_read(tmp_path: Path) -> None:
    folder = tmp_path / "tls"
    folder.mkdir(mode=0o755)
    tls.ensure(folder, HOST)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == dict.fromkeys(
        ["ca.pem", "ca-key.pem", "cert.pem", "key.pem"], 0o600
    )


@pytest.mark.parametrize(
    "host", [HOST, "", "localhost", "192.0.2.7", "2001:DB8::1", "Bücher.Example", "PORTAL.example"]
)
def test_a_second_start_changes_nothing(tmp_path: Path, host: str) -> None:
    tls.ensure(tmp_path, host)
    before = contents(tmp_path)
    tls.ensure(tmp_path, host)
    assert contents(tmp_path) == before


def test_another_host_gets_a_new_certificate_from_the_same_authority(tmp_path: Path) -> None:
    first = tls.ensure(tmp_path, HOST)
    trusted = tmp_path.parent / "trusted.pem"
    trusted.write_bytes(first.ca_file.read_bytes())
    second = tls.ensure(tmp_path, "renamed.example")
    with listening(second) as port:
        assert greet(port, "renamed.example", trusted) == b"hello"


@pytest.mark.parametrize("name", ["cert.pem", "key.pem"])
@pytest.mark.parametrize("content", [None, b"", b"no certificate"])
def test_a_lost_or_broken_file_is_made_again(tmp_path: Path, name: str, content: bytes | None) -> None:
    first = tls.ensure(tmp_path, HOST)
    authority = first.ca_file.read_bytes()
    (tmp_path / name).unlink() if content is None else (tmp_path / name).write_bytes(content)
    made = tls.ensure(tmp_path, HOST)
    assert made.ca_file.read_bytes() == authority
    with listening(made) as port:
        assert greet(port, HOST, made.ca_file) == b"hello"


@pytest.mark.parametrize("name", ["ca.pem", "ca-key.pem"])
@pytest.mark.parametrize("content", [None, b"no certificate"])
def test_a_lost_authority_takes_its_certificate_with_it(tmp_path: Path, name: str, content: bytes | None) -> None:
    tls.ensure(tmp_path, HOST)
    (tmp_path / name).unlink() if content is None else (tmp_path / name).write_bytes(content)
    made = tls.ensure(tmp_path, HOST)
    with listening(made) as port:
        assert greet(port, HOST, made.ca_file) == b"hello"


def test_a_key_that_is_not_the_certificate_s_is_replaced(tmp_path: Path) -> None:
    made, other = tls.ensure(tmp_path / "one", HOST), tls.ensure(tmp_path / "two", HOST)
    made.key_file.write_bytes(other.key_file.read_bytes())
    made = tls.ensure(tmp_path / "one", HOST)
    with listening(made) as port:
        assert greet(port, HOST, made.ca_file) == b"hello"


def test_a_certificate_about_to_expire_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tls.ensure(tmp_path, HOST)
    before = contents(tmp_path)
    monkeypatch.setattr(tls, "RENEW_BEFORE", tls.LIFE + timedelta(seconds=1))
    tls.ensure(tmp_path, HOST)
    after = contents(tmp_path)
    assert after["cert.pem"] != before["cert.pem"]
    assert after["ca.pem"] == before["ca.pem"]


@pytest.mark.parametrize("host", ["under_score.example", "a..example", "x" * 64])
def test_a_host_that_cannot_be_certified_is_named(tmp_path: Path, host: str) -> None:
    with pytest.raises(ValueError, match=host):
        tls.ensure(tmp_path, host)


def test_client_lines_survive_the_shell(tmp_path: Path) -> None:
    certificates = tls.ensure(tmp_path / "it's a folder", HOST)
    script = "\n".join([*tls.client_lines(certificates.ca_file), "env"])
    printed = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True).stdout.splitlines()
    for variable in ["CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"]:
        assert f"{variable}={certificates.ca_file.with_name('ca-bundle.pem')}" in printed


def test_who_trusts_the_portal_trusts_everybody_else_as_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installer in the same shell still reaches its registry."""
    other = tls.ensure(tmp_path / "other", HOST).ca_file
    for variable in tls.CA_VARIABLES:
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(tls, "SYSTEM_BUNDLES", (str(other),))
    monkeypatch.setattr(ssl, "get_default_verify_paths", lambda: SimpleNamespace(openssl_cafile=""))
    ours = tls.ensure(tmp_path / "ours", HOST).ca_file
    tls.client_lines(ours)
    assert trusted(ours) == {name_of(ours), name_of(other)}
    # In a shell that trusts the portal already, nothing is added twice, and nothing is lost.
    monkeypatch.setenv("SSL_CERT_FILE", str(ours.with_name("ca-bundle.pem")))
    tls.client_lines(ours)
    assert trusted(ours) == {name_of(ours), name_of(other)}
    # What the shell was told to trust before counts more than what the system trusts.
    third = tls.ensure(tmp_path / "third", HOST).ca_file
    monkeypatch.setenv("SSL_CERT_FILE", str(third))
    tls.client_lines(ours)
    assert trusted(ours) == {name_of(ours), name_of(third)}


def name_of(ca_file: Path) -> int:
    return x509.load_pem_x509_certificate(ca_file.read_bytes()).serial_number


def trusted(ca_file: Path) -> set[int]:
    """The authorities of the bundle beside a file."""
    bundle = ca_file.with_name("ca-bundle.pem").read_bytes()
    return {certificate.serial_number for certificate in x509.load_pem_x509_certificates(bundle)}
