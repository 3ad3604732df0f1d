"""Certificates for serving https without buying any: a small certificate authority of the portal's own.

Clients that insist on https are told to trust the authority's certificate; see ``client_lines``.
"""

from __future__ import annotations

import shlex
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import msgspec
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from trustme import CA

from botyard import atomic_file

ALWAYS = ("localhost", "127.0.0.1", "::1", "oauth.bitrix.info", "oauth.bitrix24.tech")
"""Names in every certificate. The last two are where CRest and b24pysdk renew their tokens, whatever the portal."""

LIFE = timedelta(days=397)
"""Browsers accept no certificate that lives longer."""

RENEW_BEFORE = timedelta(days=30)
"""A start this close to the end of the certificate makes a new one."""

CA_VARIABLES = ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS")
"""Where Python's requests, everything on OpenSSL, and Node look for an authority to trust."""


class Certificates(msgspec.Struct, frozen=True):
    """Where the certificates are, in PEM."""

    ca_file: Path
    """The authority's certificate: what clients trust."""
    cert_file: Path
    """The server's certificate."""
    key_file: Path
    """The server's private key."""


def ensure(folder: Path, host: str) -> Certificates:
    """Find the certificates in the folder, or make those that are missing, about to expire or for other names.

    ``host`` is the portal's name without a port. The authority stays the same
    for as long as its two files do, so clients that trust it go on doing so.
    Raises ``ValueError`` for a host that no certificate can be made for.
    """
    names = _names(host)
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    ca = _authority(folder)
    certificates = Certificates(folder / "ca.pem", folder / "cert.pem", folder / "key.pem")
    if not _still_good(certificates, names):
        _issue(ca, certificates, names)
    return certificates


def client_lines(ca_file: Path) -> list[str]:
    """Shell lines that make a client's process trust the authority."""
    return [f"export {variable}={shlex.quote(str(ca_file.absolute()))}" for variable in CA_VARIABLES]


def _names(host: str) -> list[str]:
    return list(dict.fromkeys([*ALWAYS, _canonical(host)] if host else ALWAYS))


def _canonical(host: str) -> str:
    """The spelling that stands in a certificate, so that asked and issued names can be compared."""
    try:
        return str(ip_address(host))
    except ValueError:
        pass
    try:
        return host.encode("idna").decode("ascii").lower()
    except UnicodeError as error:
        raise ValueError(f"No certificate can be made for the host name {host!r}: {error}") from None


def _authority(folder: Path) -> CA:
    cert_file, key_file = folder / "ca.pem", folder / "ca-key.pem"
    try:
        return CA.from_pem(cert_file.read_bytes(), key_file.read_bytes())
    except (FileNotFoundError, ValueError):
        # One of the two is no use without the other, and an old certificate must not meet a new key.
        cert_file.unlink(missing_ok=True)
        ca = CA(organization_name="Botyard", organization_unit_name="Local certificate authority", path_length=0)
    atomic_file.replace(key_file, ca.private_key_pem.bytes())
    atomic_file.replace(cert_file, ca.cert_pem.bytes())
    return ca


def _still_good(certificates: Certificates, names: list[str]) -> bool:
    try:
        ca = x509.load_pem_x509_certificate(certificates.ca_file.read_bytes())
        cert = x509.load_pem_x509_certificate(certificates.cert_file.read_bytes())
        key = load_pem_private_key(certificates.key_file.read_bytes(), password=None)
        cert.verify_directly_issued_by(ca)
        issued = cert.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (FileNotFoundError, ValueError, TypeError, InvalidSignature, x509.ExtensionNotFound):
        return False
    return (
        key.public_key() == cert.public_key()
        and cert.not_valid_after_utc - datetime.now(UTC) > RENEW_BEFORE
        and {str(name.value) for name in issued} == set(names)
    )


def _issue(ca: CA, certificates: Certificates, names: list[str]) -> None:
    now = datetime.now(UTC)
    try:
        # Valid since yesterday, for clients whose clock is behind.
        issued = ca.issue_cert(
            *names, organization_name="Botyard", not_before=now - timedelta(days=1), not_after=now + LIFE
        )
    except UnicodeError as error:
        raise ValueError(f"No certificate can be made for the host name {names[-1]!r}: {error}") from None
    atomic_file.replace(certificates.key_file, issued.private_key_pem.bytes())
    atomic_file.replace(certificates.cert_file, b"".join(blob.bytes() for blob in issued.cert_chain_pems))
