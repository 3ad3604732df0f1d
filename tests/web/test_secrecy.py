"""What the log and the answers never hold: keys of callers, and the inside of the server."""

from __future__ import annotations

import logging
import re
import signal
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from botyard.server import application
from botyard.store.engines.db import Unavailable
from tests.rpc.lab import furnish
from tests.web.live import Wire, request
from tests.world import World


class Broken:
    """A database that fails at everything."""

    def __init__(self, fault: Exception) -> None:
        self._fault = fault

    async def read(self, work: object) -> None:
        raise self._fault

    write = read


@pytest.mark.parametrize("fault", [RuntimeError("inside"), Unavailable("The database is closed.")])
def test_keys_are_not_in_the_log(world: World, caplog: pytest.LogCaptureFixture, fault: Exception) -> None:
    """Wherever a key may stand in a request, and however the call fails."""
    caplog.set_level(logging.DEBUG)
    furnish(world)
    key, admin = world.add_app(), world.admin
    secrets = [admin.secret, key.token, key.refresh, key.client_secret]

    def ask() -> None:
        for method in ("profile", "lab.fail", "lab.odd", "no.such", "batch?cmd[a]=lab.fail", ""):
            world.get(f"{admin.path}/{method}")
            world.get(f"/rest/api/{admin.id}/{admin.secret}/{method}")
            world.get(f"/rest/{method.partition('?')[0]}?auth={key.token}")
            world.post(f"/rest/{method}", f"access_token={key.token}".encode(), "application/x-www-form-urlencoded")
            world.get(f"/rest/{method}", authorization=f"Bearer {key.token}")
        world.post(f"{admin.path}/lab.fail", b"{")
        world.get(f"{admin.path}/a/b/c")
        world.get(f"{admin.path}")
        query = f"grant_type=refresh_token&client_id={key.client_id}&client_secret={key.client_secret}"
        world.get(f"/oauth/token/?{query}&refresh_token={key.refresh}")

    ask()
    world.app = application(msgspec.structs.replace(world.context, database=Broken(fault)))
    ask()
    assert "lab.fail failed" in caplog.text
    assert not [secret for secret in secrets if secret in caplog.text]


def test_answers_do_not_repeat_the_key(lab: World) -> None:
    """An error is often pasted into a chat or a ticket."""
    for path in ("lab.fail", "lab.odd", "no.such", "a/b", ""):
        assert lab.admin.secret not in str(lab.get(f"{lab.admin.path}/{path}"))


def test_a_live_server_prints_no_keys(tmp_path: Path) -> None:
    """What `botyard serve` writes while it is asked all sorts of things, good and bad."""
    world = World(tmp_path / "data")
    secret, token = world.admin.secret, world.add_token(world.admin.id, None, life=10**9)
    world.close()
    command = [sys.executable, "-m", "botyard", "serve", "--port", "0", "--data", str(tmp_path / "data")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        try:
            printed = ""
            while (match := re.search(r"http://localhost:(\d+)", printed)) is None:
                line = process.stdout.readline()
                assert line, printed
                printed += line
            port = int(match[1])
            statuses = [_status(port, raw) for raw in _requests(f"/rest/1/{secret}", token)]
        finally:
            process.send_signal(signal.SIGTERM)
            printed += process.stdout.read()
    assert statuses == [200, 200, 404, 400, 400, 405, 400]
    assert process.returncode == 0
    assert "Traceback" not in printed
    assert secret not in printed
    assert token not in printed


def _requests(path: str, token: str) -> list[bytes]:
    return [
        request("GET", f"{path}/profile"),
        request("POST", f"/rest/profile?auth={token}", b"[]", content_type="application/json"),
        request("GET", f"{path}/no.such"),
        request("POST", f"{path}/profile", b"{", content_type="application/json"),
        f"GET {path}/profile\x00?auth={token} HTTP/1.1\r\n\r\n".encode(),
        request("PUT", f"{path}/profile"),
        f"nonsense {path} {token}\r\n\r\n".encode(),
    ]


def _status(port: int, raw: bytes) -> int:
    with Wire(port) as wire:
        wire.send(raw)
        return wire.answer().status
