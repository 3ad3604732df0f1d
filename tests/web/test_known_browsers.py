"""Browsers in which somebody has signed in before are spared when others guess."""

from __future__ import annotations

import pytest

from botyard.portal.auth import known_browsers, passwords
from botyard.portal.auth.keys import Keys
from botyard.portal.auth.throttle import PER_ACCOUNT, PER_ADDRESS
from tests.web.browser import PASSWORD, Browser, resident
from tests.world import World


@pytest.fixture
def ann(portal: World) -> Browser:
    resident(portal, "ann")
    return Browser(portal)


def test_a_browser_that_is_known_is_not_locked_out_by_the_guesses_of_others(
    ann: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ann.sign_in("ann").status == 303
    monkeypatch.setattr(passwords, "verify", lambda stored, password: password == PASSWORD)
    stranger = Browser(ann.world)
    assert {stranger.sign_in("ann", "guess").status for _ in range(PER_ACCOUNT.burst)} == {403}
    for number in range(PER_ADDRESS.burst):
        stranger.sign_in(f"login{number}", "guess")
    assert stranger.sign_in("ann").status == stranger.sign_in("ben").status == 429
    ann.post("/logout", ann.fields)
    assert ann.sign_in("ann").status == 303


def test_a_browser_that_is_known_guesses_no_more_than_others(ann: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ann.sign_in("ann").status == 303
    monkeypatch.setattr(passwords, "verify", lambda stored, password: False)
    statuses = [ann.sign_in("ann", "guess").status for _ in range(PER_ACCOUNT.burst + 1)]
    assert statuses == [403] * PER_ACCOUNT.burst + [429]


def test_a_browser_is_known_to_those_accounts_only_that_signed_in_there(
    ann: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    resident(ann.world, "ben")
    assert ann.sign_in("ann").status == 303
    monkeypatch.setattr(passwords, "verify", lambda stored, password: password == PASSWORD)
    stranger = Browser(ann.world)
    for _ in range(PER_ACCOUNT.burst):
        stranger.sign_in("ben", "guess")
    assert ann.sign_in("ben").status == 429
    name = next(name for name in ann.cookies if name.endswith("botyard_known"))
    stranger.cookies[name] = ann.cookies[name][:-1] + "x"
    for _ in range(PER_ACCOUNT.burst):
        stranger.sign_in("ann", "guess")
    assert stranger.sign_in("ann").status == 429, "a cookie that was made up is none"


def test_a_browser_keeps_a_few_accounts() -> None:
    keys = Keys(b"k" * 32)
    cookie = ""
    for login in ("ann", "ben", "cat", "dan", "eve"):
        cookie = known_browsers.remember(keys, login, cookie=cookie)
    assert len(cookie) <= 200
    assert [bool(known_browsers.name(keys, login, cookie=cookie)) for login in ("ann", "Ben ", "eve")] == [
        False,
        True,
        True,
    ]
    again = known_browsers.remember(keys, "cat", cookie=cookie)
    assert known_browsers.name(keys, "cat", cookie=again) == known_browsers.name(keys, "cat", cookie=cookie)
    assert len(again) == len(cookie)
