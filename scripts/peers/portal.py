"""The portal that the suites call: a demo on ports 80 and 443 where they are free, else on others."""

from __future__ import annotations

import contextlib
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

HOST = "b24.test"
NAMES = (HOST, "oauth.bitrix24.tech")
"""Names that have to lead here: the portal's, and the one at which b24pysdk renews its tokens."""
BOTYARD = (sys.executable, "-m", "botyard")


class Ports(NamedTuple):
    """Where the portal listens."""

    http: int
    https: int


OWN_PORTS = Ports(80, 443)


def ports() -> Ports:
    """80 and 443, as far as they may be taken, or else others that are free."""
    return Ports(*(port if _free(port) else _any() for port in OWN_PORTS))


def _any() -> int:
    with contextlib.closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _free(port: int) -> bool:
    with contextlib.closing(socket.socket()) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


class Portal(NamedTuple):
    """A portal that listens, and what leads to it."""

    data: Path
    ports: Ports
    webhook: str
    """`user/secret` of the administrator's webhook."""
    narrow_webhook: str
    """One that opens hardly more than `profile`."""
    client_id: str
    client_secret: str
    access_token: str
    refresh_token: str
    department: int

    @property
    def address(self) -> str:
        """Name and port of https."""
        return HOST if self.ports.https == OWN_PORTS.https else f"{HOST}:{self.ports.https}"

    @property
    def ca_file(self) -> Path:
        return self.data / "tls" / "ca.pem"


@contextmanager
def running(wanted: Ports) -> Iterator[Portal]:
    """Start a portal under the name of the suites, and stop it."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        listen = ["--port", str(wanted.http), "--tls", "--tls-port", str(wanted.https)]
        options = ["--data", str(data), "--demo", "--random-keys", "--public-url", f"https://{HOST}", *listen]
        with (Path(folder) / "log").open("w") as log:
            process = subprocess.Popen([*BOTYARD, "serve", *options], stdout=log, stderr=log)
        try:
            _wait(process, wanted.http, Path(folder) / "log")
            yield _prepared(data, wanted)
        finally:
            process.terminate()
            process.wait(30)


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    until = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < until:
        with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/ready", timeout=5):
            return
        time.sleep(0.2)
    raise RuntimeError(f"the portal does not start: {log.read_text()}")


def _prepared(data: Path, wanted: Ports) -> Portal:
    webhook = _issued("webhook", "add", "alice", data=data)
    narrow = _issued("webhook", "add", "alice", "--scope", "mobile", data=data)
    app = _issued("app", "add", "Suites", data=data)
    tokens = _issued("token", "issue", "alice", "--app", app["client_id"], data=data)
    return Portal(
        data,
        wanted,
        webhook["secret"],
        narrow["secret"],
        app["client_id"],
        app["client_secret"],
        tokens["access_token"],
        tokens["refresh_token"],
        department=1,
    )


def _issued(*command: str, data: Path) -> dict[str, str]:
    """What a command prints, `name: value` a line; the secret of a webhook is the end of its address."""
    output = subprocess.run(
        [*BOTYARD, *command, "--data", str(data)], check=True, capture_output=True, text=True
    ).stdout
    printed = dict(re.findall(r"(?m)^(\w+): (\S+)", output))
    if address := re.search(r"/rest/(\d+/\w+)/?", output):
        printed["secret"] = address[1]
    return printed
