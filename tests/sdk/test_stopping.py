"""Stopping a portal while clients keep their connections, as those with a pool do."""

from __future__ import annotations

import socket
import ssl
import time
from urllib.parse import urlsplit

import pytest

from tests.sdk import live as portals
from tests.sdk.live import Live

pytestmark = [pytest.mark.sdk, pytest.mark.live]


def _connected(live: Live, url: str) -> socket.socket:
    place = urlsplit(url)
    made = socket.create_connection((place.hostname, place.port), timeout=10)
    if place.scheme == "https":
        made = ssl.create_default_context(cafile=live.ca_file).wrap_socket(made, server_hostname=place.hostname)
    return made


def _idle(live: Live, url: str) -> socket.socket:
    """A connection that was answered once and is kept."""
    made, place = _connected(live, url), urlsplit(url)
    made.sendall(f"GET {place.path}profile HTTP/1.1\r\nHost: {place.netloc}\r\n\r\n".encode())
    assert made.recv(100).startswith(b"HTTP/1.1 200")
    return made


WAIT = 30
"""Seconds that a caller is ready to wait: as long as a portal lets anybody."""
SOON = 20
"""Generous, and less than that."""


def _waiting(live: Live, url: str, call: str) -> socket.socket:
    """A caller who waits for an event."""
    made = _connected(live, url)
    made.settimeout(SOON)
    place = urlsplit(url)
    made.sendall(f"GET {place.path}{call} HTTP/1.1\r\nHost: {place.netloc}\r\n\r\n".encode())
    return made


def _answer(connection: socket.socket) -> tuple[bytes, bytes]:
    """Status line and body of what comes until the end."""
    received = b""
    while part := connection.recv(65_536):
        received += part
    head, _, body = received.partition(b"\r\n\r\n")
    return head.split(b"\r\n")[0], body


def test_nobody_waits_for_the_end_of_a_wait() -> None:
    alone, within = f"im.v2.Event.get?wait={WAIT}", f"batch?cmd[page]=im.v2.Event.get%3Fwait%3D{WAIT}"
    with portals.live() as portal:
        waiting = [
            _waiting(portal, url, call) for url in (portal.webhook, portal.https_webhook) for call in (alone, within)
        ]
        stopping = time.monotonic()
    assert time.monotonic() - stopping < SOON
    for connection in waiting:
        status, body = _answer(connection)
        assert status == b"HTTP/1.1 200 OK"
        assert b'"events":[]' in body
        connection.close()


def test_idle_connections_do_not_hold_up_the_end() -> None:
    # Leaving the portal sees to it that nothing was complained about.
    with portals.live() as portal:
        kept = [_idle(portal, portal.webhook), _idle(portal, portal.https_webhook)]
    for connection in kept:
        connection.close()
