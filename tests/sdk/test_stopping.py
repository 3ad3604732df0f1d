"""Stopping a portal while clients keep their connections, as those with a pool do."""

from __future__ import annotations

import socket
import ssl
from urllib.parse import urlsplit

import pytest

from tests.sdk import live as portals
from tests.sdk.live import Live

pytestmark = [pytest.mark.sdk, pytest.mark.live]


def _idle(live: Live, url: str) -> socket.socket:
    """A connection that was answered once and is kept."""
    place = urlsplit(url)
    made = socket.create_connection((place.hostname, place.port), timeout=10)
    if place.scheme == "https":
        made = ssl.create_default_context(cafile=live.ca_file).wrap_socket(made, server_hostname=place.hostname)
    made.sendall(f"GET {place.path}profile HTTP/1.1\r\nHost: {place.netloc}\r\n\r\n".encode())
    assert made.recv(100).startswith(b"HTTP/1.1 200")
    return made


def test_idle_connections_do_not_hold_up_the_end() -> None:
    # Leaving the portal sees to it that nothing was complained about.
    with portals.live() as portal:
        kept = [_idle(portal, portal.webhook), _idle(portal, portal.https_webhook)]
    for connection in kept:
        connection.close()
