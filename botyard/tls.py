"""Certificates for serving https without buying any: a small certificate authority of the portal's own.

Clients that insist on https are told to trust the authority's certificate; see ``client_lines``.
"""

from __future__ import annotations

import os
import shlex
import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import msgspec
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509.oid import NameOID
from trustme import CA

from botyard import atomic_file

VENDOR_NAMES = ("oauth.bitrix.info", "oauth.bitrix24.tech", "api.bitrix24.com")
"""Names that clients use whatever the portal: CRest and b24pysdk to renew their tokens, pages of applications to load
BX24.js. A hosts file leads them to the portal."""

ALWAYS = ("localhost", "127.0.0.1", "::1", *VENDOR_NAMES)
"""Names in every certificate."""

LIFE = timedelta(days=397)
"""Browsers accept no certificate that lives longer."""

RENEW_BEFORE = timedelta(days=30)
"""This close to the end of the certificate a new one is made, at a start and while the server runs."""

ORGANIZATION, UNIT = "Botyard", "Local certificate authority"
"""The name of the authority."""

MARK = b"# Made by the certificate authority of this Botyard portal, and replaced by it when the time comes.\n"
"""How what was made here begins. Readers of PEM pass over it."""

CA_VARIABLES = ("CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS")
"""Where cURL, Python's requests, everything on OpenSSL, and Node look for authorities to trust."""

SYSTEM_BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)
"""Where systems keep the authorities that they trust, in one file."""


class Certificates(msgspec.Struct, frozen=True):
    """Where the certificates are, in PEM."""

    ca_file: Path
    """The authority's certificate: what clients trust."""
    cert_file: Path
    """The server's certificate."""
    key_file: Path
    """The server's private key."""
    own: bool = True
    """Whether the portal's own authority has issued it; else clients need to trust another one."""


def ensure(folder: Path, host: str) -> Certificates:
    """Find the certificates in the folder, or make those that are missing, about to expire or for other names.

    ``host`` is the portal's name without a port. The authority stays the same
    for as long as its two files do, so clients that trust it go on doing so.
    A certificate that another authority has issued is served as it is and never
    replaced. Raises ``ValueError`` where that is impossible, and for a host that
    no certificate can be made for.
    """
    names = _names(host)
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    certificates = Certificates(folder / "ca.pem", folder / "cert.pem", folder / "key.pem")
    if _foreign(certificates.cert_file, certificates.key_file):
        _require_usable(certificates.cert_file, certificates.key_file)
        return msgspec.structs.replace(certificates, own=False)
    ca = _authority(folder)
    if not _still_good(certificates, names):
        _issue(ca, certificates, names)
    return certificates


def client_lines(ca_file: Path) -> list[str]:
    """Shell lines that make a client's process trust the authority, beside all that it trusts anyway.

    Most of the variables replace what is trusted, and what is started in that shell, an installer for example, talks to
    other hosts too. So they name a bundle, which is written beside ``ca_file``.
    """
    bundle = ca_file.absolute().with_name("ca-bundle.pem")
    atomic_file.replace(bundle, MARK + _trusted_anyway() + ca_file.read_bytes())
    return [f"export {variable}={shlex.quote(str(bundle))}" for variable in CA_VARIABLES]


def _trusted_anyway() -> bytes:
    """The authorities that are trusted without us, in PEM: those of the environment, or of the system."""
    named = [os.environ.get(variable, "") for variable in CA_VARIABLES]
    for path in (*named, ssl.get_default_verify_paths().openssl_cafile, *SYSTEM_BUNDLES):
        try:
            content = Path(path).read_bytes() if path else b""
        except OSError:
            continue
        # A bundle of ours stands in the environment of a shell that was told to trust a portal.
        if content and not content.startswith(MARK):
            return content.rstrip() + b"\n"
    trusted = ssl.create_default_context().get_ca_certs(binary_form=True)
    return "".join(map(ssl.DER_cert_to_PEM_cert, trusted)).encode()


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


def _foreign(cert_file: Path, key_file: Path) -> bool:
    """Whether one of the two was not made here. What is no PEM at all says nothing of who made it."""
    cert, key = _read(cert_file), _read(key_file)
    cert_foreign = b"-----BEGIN" in cert and not cert.startswith(MARK) and not _named_ours(cert)
    if b"-----BEGIN" not in key or key.startswith(MARK):
        return cert_foreign
    # Earlier versions made keys without the mark; such a one belongs to its certificate.
    return cert_foreign or not _belong(cert, key)


def _named_ours(cert: bytes) -> bool:
    """Whether an authority of this name has issued a certificate."""
    try:
        issuer = x509.load_pem_x509_certificate(cert).issuer
    except ValueError:
        return False
    names = (NameOID.ORGANIZATION_NAME, NameOID.ORGANIZATIONAL_UNIT_NAME)
    attributes = [issuer.get_attributes_for_oid(name) for name in names]
    return [str(attribute[0].value) for attribute in attributes if attribute] == [ORGANIZATION, UNIT]


def _belong(cert: bytes, key: bytes) -> bool:
    try:
        loaded = load_pem_private_key(key, password=None)
        return bool(loaded.public_key() == x509.load_pem_x509_certificate(cert).public_key())
    except (ValueError, TypeError):
        return False


def _require_usable(cert_file: Path, key_file: Path) -> None:
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(cert_file, key_file, password=_no_password)
    except (OSError, ValueError) as problem:
        raise ValueError(
            f"{cert_file} and {key_file} were not made by the portal's own authority, so they are left alone, and they "
            "cannot be served as they are; name others with --tls-cert and --tls-key, or move these two away."
        ) from problem


def _no_password() -> str:
    # Without this, OpenSSL would ask for it on the terminal.
    raise ValueError("the key is locked with a password")


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""


def _authority(folder: Path) -> CA:
    cert_file, key_file = folder / "ca.pem", folder / "ca-key.pem"
    cert, key = _read(cert_file), _read(key_file)
    if _belong(cert, key):
        return CA.from_pem(cert, key)
    # One of the two is no use without the other, and an old certificate must not meet a new key.
    _set_aside(key_file, key)
    _set_aside(cert_file, cert)
    ca = CA(organization_name=ORGANIZATION, organization_unit_name=UNIT, path_length=0)
    atomic_file.replace(key_file, ca.private_key_pem.bytes())
    atomic_file.replace(cert_file, ca.cert_pem.bytes())
    return ca


def _set_aside(path: Path, content: bytes) -> None:
    """Make room for a file of ours without destroying another one."""
    if not content:
        path.unlink(missing_ok=True)
        return
    number = 1
    while (kept := path.with_name(f"{path.name}.old{number}")).exists():
        number += 1
    path.rename(kept)


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
            *names, organization_name=ORGANIZATION, not_before=now - timedelta(days=1), not_after=now + LIFE
        )
    except UnicodeError as error:
        raise ValueError(f"No certificate can be made for the host name {names[-1]!r}: {error}") from None
    made = {
        certificates.key_file: issued.private_key_pem.bytes(),
        certificates.cert_file: b"".join(blob.bytes() for blob in issued.cert_chain_pems),
    }
    for path, content in made.items():
        if (old := _read(path)) and b"-----BEGIN" not in old:
            _set_aside(path, old)
        atomic_file.replace(path, MARK + content)
