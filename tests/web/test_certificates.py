"""Certificates in use: changed files and the portal's own renewal reach new connections, broken ones do not."""

from __future__ import annotations

import logging
import socket
import ssl
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from trustme import CA

from botyard import atomic_file, tls
from botyard.commands.exit_codes import CommandError, ExitCode
from botyard.commands.listeners import Listeners
from botyard.config import Settings
from botyard.web.certificates import Certificate, CertificateFiles, from_files

NAME = "localhost"


@pytest.fixture
def authority() -> CA:
    """Somebody else's authority."""
    return CA(organization_name="Elsewhere")


def put(pair: CertificateFiles, authority: CA) -> int:
    """Issue a certificate into files; its number."""
    issued = authority.issue_cert(NAME)
    pair.cert.write_bytes(issued.cert_chain_pems[0].bytes())
    pair.key.write_bytes(issued.private_key_pem.bytes())
    return number(pair)


def number(pair: CertificateFiles) -> int:
    return x509.load_pem_x509_certificate(pair.cert.read_bytes()).serial_number


@pytest.fixture
def pair(tmp_path: Path, authority: CA) -> CertificateFiles:
    made = CertificateFiles(tmp_path / "fullchain.pem", tmp_path / "privkey.pem")
    put(made, authority)
    return made


def greeted(certificate: Certificate) -> int:
    """The number of the certificate that a new connection is greeted with."""
    ours, theirs = socket.socketpair()

    def serve() -> None:
        with certificate.tls.wrap_socket(theirs, server_side=True):
            pass

    thread = threading.Thread(target=serve)
    thread.start()
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname = False
    client.verify_mode = ssl.CERT_NONE
    try:
        with client.wrap_socket(ours, server_hostname=NAME) as secure:
            shown = secure.getpeercert(binary_form=True)
    finally:
        thread.join(5)
    assert shown
    return x509.load_der_x509_certificate(shown).serial_number


def test_files_that_change_are_taken_for_new_connections(pair: CertificateFiles, authority: CA) -> None:
    certificate = Certificate(from_files(*pair))
    first = number(pair)
    assert greeted(certificate) == first
    second = put(pair, authority)
    assert greeted(certificate) == first
    certificate.look()
    assert greeted(certificate) == second != first


def test_half_a_change_is_waited_for(pair: CertificateFiles, authority: CA, caplog: pytest.LogCaptureFixture) -> None:
    certificate = Certificate(from_files(*pair))
    first, issued = number(pair), authority.issue_cert(NAME)
    pair.cert.write_bytes(issued.cert_chain_pems[0].bytes())
    certificate.look()
    certificate.look()
    assert greeted(certificate) == first
    assert [record.message.partition(" and is ")[2] for record in caplog.records] == [
        "not taken: certificate and key do not belong together"
    ]
    pair.key.write_bytes(issued.private_key_pem.bytes())
    certificate.look()
    assert greeted(certificate) == number(pair) != first


@pytest.mark.parametrize("content", [None, b"", b"no certificate"])
def test_files_that_are_lost_leave_the_certificate_in_use(
    pair: CertificateFiles, content: bytes | None, caplog: pytest.LogCaptureFixture
) -> None:
    certificate = Certificate(from_files(*pair))
    first = number(pair)
    pair.cert.unlink() if content is None else pair.cert.write_bytes(content)
    certificate.look()
    certificate.look()
    assert greeted(certificate) == first
    assert [record.levelno for record in caplog.records] == [logging.WARNING]


def test_the_portal_s_own_certificate_is_renewed_in_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def find() -> CertificateFiles:
        made = tls.ensure(tmp_path / "tls", "")
        return CertificateFiles(made.cert_file, made.key_file)

    certificate = Certificate(find)
    first = number(certificate.pair)
    certificate.renew()
    assert greeted(certificate) == first
    monkeypatch.setattr(tls, "RENEW_BEFORE", tls.LIFE + timedelta(seconds=1))
    certificate.renew()
    assert greeted(certificate) == number(certificate.pair) != first


def test_a_renewal_that_fails_leaves_the_certificate_in_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def find() -> CertificateFiles:
        made = tls.ensure(tmp_path / "tls", "")
        return CertificateFiles(made.cert_file, made.key_file)

    def full(path: Path, content: bytes) -> None:
        raise OSError(28, "No space left on device")

    certificate = Certificate(find)
    first = number(certificate.pair)
    monkeypatch.setattr(tls, "RENEW_BEFORE", tls.LIFE + timedelta(seconds=1))
    monkeypatch.setattr(atomic_file, "replace", full)
    certificate.renew()
    assert greeted(certificate) == first
    assert "could not be renewed" in caplog.text


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_an_administrator_s_own_certificate_in_the_data_folder_is_served_and_left_alone(
    tmp_path: Path, authority: CA
) -> None:
    folder = tmp_path / "tls"
    folder.mkdir()
    put(CertificateFiles(folder / "cert.pem", folder / "key.pem"), authority)
    before = contents(folder)
    front = Listeners(Settings(data=tmp_path, port=0, tls=True, tls_port=0, public_url=""))
    front.close()
    assert contents(folder) == before
    # Clients are not told to trust an authority that has nothing to do with it.
    assert (front.ca_file, front.https_url != "") == ("", True)


@pytest.mark.parametrize("missing", ["key.pem", "cert.pem"])
def test_half_of_somebody_else_s_pair_is_refused_and_left_alone(tmp_path: Path, authority: CA, missing: str) -> None:
    folder = tmp_path / "tls"
    folder.mkdir()
    put(CertificateFiles(folder / "cert.pem", folder / "key.pem"), authority)
    (folder / missing).unlink()
    before = contents(folder)
    with pytest.raises(CommandError, match="left alone") as refused:
        Listeners(Settings(data=tmp_path, port=0, tls=True, tls_port=0, public_url=""))
    assert refused.value.code == ExitCode.USAGE
    assert contents(folder) == before


def test_somebody_else_s_key_beside_our_certificate_is_left_alone(tmp_path: Path, authority: CA) -> None:
    made = tls.ensure(tmp_path, "")
    made.key_file.write_bytes(authority.issue_cert(NAME).private_key_pem.bytes())
    before = contents(tmp_path)
    with pytest.raises(ValueError, match="left alone"):
        tls.ensure(tmp_path, "")
    assert contents(tmp_path) == before


def test_somebody_else_s_authority_is_set_aside_and_not_destroyed(tmp_path: Path, authority: CA) -> None:
    chain = authority.cert_pem.bytes()
    (tmp_path / "ca.pem").write_bytes(chain)
    (tmp_path / "key.pem").write_bytes(b"no PEM at all")
    made = tls.ensure(tmp_path, "")
    Certificate(from_files(made.cert_file, made.key_file))
    assert (tmp_path / "ca.pem.old1").read_bytes() == chain
    assert (tmp_path / "key.pem.old1").read_bytes() == b"no PEM at all"


def test_keys_of_earlier_versions_are_known_by_their_certificate(tmp_path: Path) -> None:
    made = tls.ensure(tmp_path, "")
    for file in (made.cert_file, made.key_file):
        file.write_bytes(file.read_bytes().removeprefix(tls.MARK))
    before = contents(tmp_path)
    assert tls.ensure(tmp_path, "").own
    assert contents(tmp_path) == before
    tls.ensure(tmp_path, "renamed.example")
    assert contents(tmp_path)["cert.pem"] != before["cert.pem"]


def refused(pair: CertificateFiles) -> str:
    settings = Settings(port=0, tls=True, tls_port=0, tls_cert=str(pair.cert), tls_key=str(pair.key))
    with pytest.raises(CommandError) as failure:
        Listeners(settings)
    assert failure.value.code == ExitCode.USAGE
    return failure.value.sentence.partition(": ")[2]


def test_a_certificate_that_cannot_be_served_is_told_in_a_sentence(
    pair: CertificateFiles, authority: CA, tmp_path: Path
) -> None:
    assert refused(pair._replace(key=tmp_path / "none.pem")) == f"{tmp_path}/none.pem: No such file or directory."
    other = CertificateFiles(tmp_path / "other.pem", tmp_path / "other-key.pem")
    put(other, authority)
    assert refused(pair._replace(key=other.key)) == "certificate and key do not belong together."
    other.cert.write_text("no certificate")
    assert refused(other) == "it is no PEM."


def test_a_key_with_a_password_is_refused_without_asking_for_it(pair: CertificateFiles) -> None:
    from cryptography.hazmat.primitives import serialization

    key = serialization.load_pem_private_key(pair.key.read_bytes(), None)
    locked = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"secret"),
    )
    pair.key.write_bytes(locked)
    assert refused(pair) == "the key is locked with a password."


def test_no_suite_without_forward_secrecy_and_authenticated_encryption(pair: CertificateFiles) -> None:
    suites = [suite["name"] for suite in Certificate(lambda: pair).tls.get_ciphers()]
    assert [name for name in suites if "GCM" not in name and "CHACHA20" not in name] == []
    assert [name for name in suites if not name.startswith(("ECDHE-", "TLS_"))] == []
