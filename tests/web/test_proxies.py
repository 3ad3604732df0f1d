"""What proxies say of where a call came from: believed of those that are named, and of nobody else."""

from __future__ import annotations

import itertools

import pytest

from botyard.portal import portal_flags
from botyard.portal.auth import passwords
from botyard.portal.auth.throttle import PER_ADDRESS
from botyard.web.http import Receive, Scope, Send
from tests.conftest import MakeWorld
from tests.web.browser import Browser, resident
from tests.world import World

PROXY = "127.0.0.1"
"""Where all calls of a world come from."""
ACCOUNTS = itertools.count()
OTHERS = ("10.0.0.0/8", "127.0.0.2", "2001:db8::/32", "::1")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody's password is looked at: these tests count."""
    monkeypatch.setattr(passwords, "verify", lambda stored, password: False)


def coming_from(world: World, address: str) -> World:
    """The same world, its calls from another peer."""
    inner = world.app

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await inner({**scope, "client": (address, 1)}, receive, send)

    world.app = app
    return world


def guesses(world: World, number: int, **headers: str) -> list[int]:
    """The statuses of so many wrong guesses, each at an account of its own."""
    browser = Browser(world)
    return [browser.sign_in(f"login{next(ACCOUNTS)}", "x", **headers).status for _ in range(number)]


def exhausted(world: World, **headers: str) -> None:
    """Use up what an address may guess."""
    assert set(guesses(world, PER_ADDRESS.burst, **headers)) == {403}
    assert guesses(world, 1, **headers) == [429]


def test_guesses_are_counted_for_the_address_that_a_trusted_proxy_names(make_world: MakeWorld) -> None:
    world = make_world(trusted_proxies=(PROXY,))
    exhausted(world, x_forwarded_for="192.0.2.1")
    assert guesses(world, 1, x_forwarded_for="192.0.2.2") == [403]
    # What the caller itself has put in front of it changes nothing.
    assert guesses(world, 1, x_forwarded_for="198.51.100.7, 192.0.2.1") == [429]
    assert guesses(world, 1, x_forwarded_for="198.51.100.8, 192.0.2.1:4711") == [429]


def test_through_several_proxies_the_last_stranger_counts(make_world: MakeWorld) -> None:
    world = make_world(trusted_proxies=(PROXY, "10.0.0.0/8"))
    exhausted(world, x_forwarded_for="198.51.100.1, 192.0.2.1, 10.1.2.3")
    assert guesses(world, 1, x_forwarded_for="198.51.100.2, 192.0.2.1, 10.3.2.1") == [429]
    assert guesses(world, 1, x_forwarded_for="198.51.100.1, 192.0.2.2, 10.1.2.3") == [403]


def test_people_behind_ipv6_are_counted_by_their_network(make_world: MakeWorld) -> None:
    world = coming_from(make_world(trusted_proxies=("::1", "fd00::/8")), "fd00::5")
    exhausted(world, x_forwarded_for="2001:db8:1::1")
    assert guesses(world, 1, x_forwarded_for="2001:db8:1::2, ::1") == [429]
    assert guesses(world, 1, x_forwarded_for="[2001:db8:1::3]:4711") == [429]
    assert guesses(world, 1, x_forwarded_for="2001:db8:2::1") == [403]


@pytest.mark.parametrize("proxies", [(), OTHERS], ids=["nobody", "others"])
def test_a_stranger_cannot_choose_an_address(make_world: MakeWorld, proxies: tuple[str, ...]) -> None:
    world = make_world(trusted_proxies=proxies)
    statuses = [guesses(world, 1, x_forwarded_for=f"192.0.2.{turn}")[0] for turn in range(PER_ADDRESS.burst + 1)]
    assert statuses == [403] * PER_ADDRESS.burst + [429]


@pytest.mark.parametrize(
    ("peer", "proxies", "believed"),
    [
        (PROXY, (PROXY,), True),
        (PROXY, ("127.0.0.0/8",), True),
        (f"::ffff:{PROXY}", (PROXY,), True),
        ("::ffff:10.9.8.7", ("10.0.0.0/8",), True),
        ("::ffff:11.9.8.7", ("10.0.0.0/8",), False),
        ("2001:db8::1", ("2001:db8::/32",), True),
        ("2001:0db8::0001", ("2001:db8::1",), True),
        ("2001:db9::1", ("2001:db8::/32",), False),
        (PROXY, OTHERS, False),
        (PROXY, (), False),
    ],
)
def test_who_is_believed_that_a_call_came_over_https(
    make_world: MakeWorld, peer: str, proxies: tuple[str, ...], believed: bool
) -> None:
    world = coming_from(make_world(trusted_proxies=proxies), peer)
    world.write(lambda tx: portal_flags.set_flag(tx, "https", True))
    path = f"{world.admin.path}/profile"
    assert world.get(path).error == "INVALID_REQUEST"
    assert world.get(path, x_forwarded_proto="https").status == (200 if believed else 400)
    assert world.get(path, x_forwarded_proto="http").status == 400
    assert world.get(path, x_forwarded_proto="gopher").status == 400
    assert Browser(world, "http").get("/login", x_forwarded_proto="https").status == (200 if believed else 400)


def test_a_proxy_may_say_that_it_was_plain_http(make_world: MakeWorld) -> None:
    """The way from the proxy may be https though the one to it was not."""
    world = make_world(trusted_proxies=(PROXY,), profile="prod")
    assert Browser(world, "https").get("/login", x_forwarded_proto="http").status == 400
    assert Browser(world, "https").get("/login").status == 200


def test_cookies_are_those_of_https_behind_a_proxy(make_world: MakeWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    world = make_world(trusted_proxies=(PROXY,), profile="prod")
    resident(world, "ann")
    browser = Browser(world, "http")
    seen = {"x_forwarded_proto": "https", "x_forwarded_for": "192.0.2.1"}
    browser.get("/login", **seen)
    assert browser.last.headers["set-cookie"].startswith("__Host-")


def test_without_proxies_nothing_stands_between_a_call_and_the_portal(make_world: MakeWorld) -> None:
    plain, behind = make_world(), make_world(trusted_proxies=(PROXY,))
    assert plain.app.__class__.__name__ == "function"
    assert behind.app.__class__.__name__ == "ProxyHeadersMiddleware"


def test_what_is_no_address_is_not_remembered_at_length(make_world: MakeWorld) -> None:
    world = make_world(trusted_proxies=(PROXY,))
    guesses(world, 1, x_forwarded_for="x" * 10_000)
    assert max(len(name) for name in world.context.password_sign_in.throttle.names) <= 200
