"""Every kind of response says that browsers load nothing for it that it does not name, and that nobody may frame it."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest

from tests.conftest import MakeWorld
from tests.story import about
from tests.web.browser import Browser, resident
from tests.web.live import Live, request
from tests.web.test_loopback_only import asked
from tests.world import Answer, World
from tests.worlds.samples import picture

Ask = Callable[[World], Answer]


def require_policy(headers: dict[str, str]) -> None:
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"


def signed_in(world: World) -> Browser:
    resident(world, "ann")
    ann = Browser(world)
    ann.sign_in("ann")
    return ann


def file(world: World) -> Answer:
    return world.download(world.download_url(world.add_file("a.txt", b"hello")))


def chat_picture(world: World) -> Answer:
    chat = world.call("im.chat.add", world.admin, AVATAR=picture()).result
    return world.get(urlsplit(about(world, world.admin, f"chat{chat}")["avatar"]).path)


KINDS: dict[str, Ask] = {
    "a result": lambda world: world.get(f"{world.admin.path}/profile"),
    "a result in XML": lambda world: world.get(f"{world.admin.path}/profile.xml"),
    "an error": lambda world: world.get("/rest/profile"),
    "a wrong verb": lambda world: world.request("PUT", "/rest/profile"),
    "a preflight": lambda world: world.request("OPTIONS", "/rest/profile"),
    "an address with nothing": lambda world: world.get("/nowhere"),
    "tokens": lambda world: world.get("/oauth/token/"),
    "the description": lambda world: world.get("/openapi.json"),
    "the front": lambda world: world.get("/"),
    "health": lambda world: world.get("/health"),
    "metrics": lambda world: world.get("/metrics"),
    "the sign-in": lambda world: world.get("/login"),
    "a page of the account": lambda world: signed_in(world).get("/account"),
    "a way to another page": lambda world: world.get("/account"),
    "a form that is refused": lambda world: world.post("/login", b"", "application/x-www-form-urlencoded"),
    "a file": file,
    "a link that is refused": lambda world: world.get("/rest/download?token=x"),
    "a picture": chat_picture,
    "a picture that is not there": lambda world: world.get("/avatar/none.png"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_response(file_world: World, kind: str) -> None:
    require_policy(KINDS[kind](file_world).headers)


@pytest.mark.parametrize("path", ["/login", "/rest/profile"])
def test_plain_http_in_prod(make_world: MakeWorld, path: str) -> None:
    world = make_world(profile="prod", public_url="https://chat.example.com", tls=True)
    require_policy(world.request("GET", path).headers)


def test_names_of_others() -> None:
    status, headers = asked(Host="example.com")
    assert status == 403
    require_policy(headers)


def test_what_is_no_request(live: Live) -> None:
    require_policy(live.ask(b"NONSENSE\r\n\r\n").headers)
    require_policy(live.ask(request("GET", f"{live.path}/profile")).headers)
