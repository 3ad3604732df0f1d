"""The certificate of a listener: loaded at the start, and again when its files change or it expires."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

log = logging.getLogger(__name__)

LOOK_SECONDS = 10.0
"""Between two looks at the files; a look costs two system calls."""
RENEW_SECONDS = 3600.0
"""Between two looks at the date until which the certificate is good."""


class CertificateFiles(NamedTuple):
    """A certificate with its chain, and its private key, in PEM."""

    cert: Path
    key: Path


class Certificate:
    """The certificate that new connections are greeted with.

    ``find`` returns its files, and renews those that are about to expire where that is the portal's own business.
    It blocks, and raises ``ValueError`` or ``OSError``, as the constructor does for files that cannot be served.
    """

    def __init__(self, find: Callable[[], CertificateFiles]) -> None:
        self._find = find
        self.pair = find()
        self._seen = _state(self.pair)
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        _load(self.tls, self.pair)

    def look(self) -> None:
        """Take the files as they are now, if they have changed and can be used; else go on with what there is."""
        state = _state(self.pair)
        if state == self._seen:
            return
        self._seen = state
        try:
            # Tried apart first: half of a pair must not get into what is in use.
            _load(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), self.pair)
            _load(self.tls, self.pair)
        except (ValueError, OSError) as problem:
            log.warning("The certificate in %s has changed and is not taken: %s", self.pair.cert, reason(problem))
            return
        log.info("The certificate in %s has changed; new connections are greeted with it.", self.pair.cert)

    def renew(self) -> None:
        """Have the portal's own certificate made anew when it is time, and look. Blocks."""
        try:
            self.pair = self._find()
        except (ValueError, OSError) as problem:
            log.warning("The certificate could not be renewed: %s", reason(problem))
        self.look()

    async def watch(self) -> None:
        """Look again and again, until cancelled."""
        loop = asyncio.get_running_loop()
        renewed = loop.time()
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            if loop.time() - renewed >= RENEW_SECONDS:
                renewed = loop.time()
                await asyncio.to_thread(self.renew)
            else:
                self.look()


def from_files(cert: Path, key: Path) -> Callable[[], CertificateFiles]:
    """Files that somebody else looks after."""
    return lambda: CertificateFiles(cert, key)


_CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"


def _load(context: ssl.SSLContext, pair: CertificateFiles) -> None:
    for file in pair:
        # Says which one it is; OpenSSL does not.
        file.open("rb").close()
    # No suites of TLS 1.2 that use CBC; those of TLS 1.3 are all recommended.
    context.set_ciphers(_CIPHERS)
    context.load_cert_chain(pair.cert, pair.key, password=_no_password)


def _no_password() -> str:
    # Without this, OpenSSL would ask for it on the terminal.
    raise ValueError("the key is locked with a password")


def reason(problem: Exception) -> str:
    """What is wrong with a pair, in a few words."""
    if isinstance(problem, ssl.SSLError):
        return "certificate and key do not belong together" if "MISMATCH" in str(problem.reason) else "it is no PEM"
    if isinstance(problem, OSError) and problem.filename:
        return f"{problem.filename}: {problem.strerror}"
    return str(problem)


def _state(pair: CertificateFiles) -> tuple[tuple[int, ...], ...]:
    """What is different when a file has changed."""
    return tuple(_file_state(file) for file in pair)


def _file_state(file: Path) -> tuple[int, ...]:
    try:
        status = file.stat()
    except OSError:
        return ()
    return (status.st_ino, status.st_size, status.st_mtime_ns)
