"""Who may call a portal whose keys are published."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from botyard.web.loopback_only import is_loopback, loopback_only


async def inner(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"in"})


def asked(path: str = "/rest/1/key/profile", verb: str = "POST", **headers: str) -> tuple[int, dict[str, str]]:
    """The status and headers of a request with these headers."""
    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(message)

    listed = [(name.replace("_", "-").lower().encode(), value.encode("latin-1")) for name, value in headers.items()]
    scope = {"type": "http", "method": verb, "path": path, "headers": listed}
    asyncio.run(loopback_only(inner)(scope, None, send))  # type: ignore[arg-type]  # Nothing is received.
    return sent[0]["status"], {name.decode(): value.decode() for name, value in sent[0]["headers"]}


HERE = """localhost localhost:8024 LOCALHOST localhost. bot.localhost:1 127.0.0.1:8024 127.8.9.1 [::1]:8024 [::1]
    oauth.bitrix.info oauth.bitrix24.tech:443 api.bitrix24.com"""
ELSEWHERE = """example.com localhost.example.com 10.0.0.1 192.168.1.2:8024 0.0.0.0 [::] [fe80::1]:80
    127.0.0.1.example.com 2130706433 notlocalhost www.bitrix24.com localhost@example.com ÿ"""


@pytest.mark.parametrize("host", ["", *HERE.split()])
def test_names_of_this_machine_are_taken(host: str) -> None:
    assert asked(Host=host)[0] == 200


@pytest.mark.parametrize("host", ELSEWHERE.split())
def test_other_names_are_refused_without_the_headers_that_let_pages_read(host: str) -> None:
    status, headers = asked(Host=host)
    assert status == 403
    assert "access-control-allow-origin" not in headers


@pytest.mark.parametrize(
    "origin", ["http://localhost:3000", "https://localhost", "http://127.0.0.1:9", "http://[::1]:5"]
)
def test_pages_of_this_machine_may_call(origin: str) -> None:
    assert asked(Host="localhost:8024", Origin=origin, Sec_Fetch_Site="cross-site")[0] == 200


@pytest.mark.parametrize(
    "origin", ["https://example.com", "null", "http://localhost.example.com", "http://[", "file://"]
)
@pytest.mark.parametrize("verb", ["GET", "POST", "OPTIONS"])
def test_pages_of_other_sites_may_not(origin: str, verb: str) -> None:
    status, headers = asked(verb=verb, Host="localhost:8024", Origin=origin)
    assert status == 403
    assert "access-control-allow-origin" not in headers


def test_pictures_and_links_on_other_sites_do_not_call_but_people_may_sign_in_from_there() -> None:
    assert asked(verb="GET", Host="localhost", Sec_Fetch_Site="cross-site")[0] == 403
    assert asked("//rest/1/key/profile", "GET", Host="localhost", Sec_Fetch_Site="cross-site")[0] == 403
    assert asked("/oauth/authorize/", "GET", Host="localhost", Sec_Fetch_Site="cross-site")[0] == 200
    assert asked(verb="GET", Host="localhost", Sec_Fetch_Site="none")[0] == 200


def test_this_machine_has_many_names() -> None:
    assert all(map(is_loopback, ("localhost", "a.localhost", "127.0.0.1", "127.1.2.3", "::1", "[::1]")))
    assert not any(map(is_loopback, ("0.0.0.0", "::", "10.0.0.1", "example.com", "localhost.com", "")))
