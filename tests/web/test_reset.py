"""Links by which people choose a new password."""

from __future__ import annotations

import logging

import pytest

from botyard.portal.auth.password_changes import LINK_SECONDS
from tests.web.browser import PASSWORD, Browser, resident
from tests.world import World

NEW = "staple battery horse"


@pytest.fixture
def world(portal: World) -> World:
    resident(portal, "ann")
    return portal


def person(world: World) -> int:
    row = world.read(lambda tx: tx.one("SELECT id FROM users WHERE login = 'ann'"))
    assert row is not None
    return int(row[0])


def link(world: World) -> str:
    """A link that the administrator makes: its path."""
    made = world.call("botyard.user.password.link", ID=person(world)).result
    assert made["MAILED_TO"] is None
    return str(made["LINK"]).removeprefix("http://botyard.test")


def choose(browser: Browser, path: str, new: str = NEW) -> int:
    browser.get(path)
    return browser.post("/account/reset", {**browser.fields, "new": new}).status


def test_a_link_sets_a_password_once(world: World) -> None:
    signed_in, browser, path = Browser(world), Browser(world), link(world)
    signed_in.sign_in("ann")
    # Programs that look at mail open what is in it; that uses nothing up, nor does the old password end.
    for _ in range(3):
        assert browser.get(path).status == 200
    assert "<code>ann</code>" in browser.html
    assert signed_in.get("/account").status == 200
    assert choose(browser, path) == 200
    assert "Your password is set" in browser.html
    assert signed_in.get("/account").status == 303
    assert Browser(world).sign_in("ann").status == 403
    # It is the person's own choice, so nothing asks for another one.
    assert Browser(world).sign_in("ann", NEW).headers["location"] == "/login"
    again = Browser(world)
    assert again.get(path).status == 404
    assert "good no longer" in again.html


def test_of_those_who_use_a_link_at_once_one_sets_the_password(world: World) -> None:
    path = link(world)
    browsers = [Browser(world) for _ in range(4)]
    for browser in browsers:
        browser.get(path)
    chosen = [f"{NEW} {number}" for number in range(4)]
    posts = [
        browser.post_later("/account/reset", {**browser.fields, "new": new})
        for browser, new in zip(browsers, chosen, strict=True)
    ]
    statuses = [status for status, *_ in world.gather(*posts)]
    assert sorted(statuses) == [200, 404, 404, 404]
    opened = [new for new in chosen if Browser(world).sign_in("ann", new).status == 303]
    assert opened == [chosen[statuses.index(200)]]


@pytest.mark.parametrize("how", ["late", "newer", "deactivated", "deleted", "password", "unknown", "none"])
def test_which_links_are_good_no_longer(world: World, how: str) -> None:
    path, browser = link(world), Browser(world)
    browser.get(path)
    fields = {**browser.fields, "new": NEW}
    if how == "late":
        world.wait(LINK_SECONDS)
    elif how == "newer":
        link(world)
    elif how == "deactivated":
        world.call("botyard.user.deactivate", ID=person(world))
    elif how == "deleted":
        world.call("botyard.user.delete", ID=person(world))
    elif how == "password":
        world.call("botyard.user.password", ID=person(world))
    else:
        path = "/account/reset?key=" + ("0" * 32 if how == "unknown" else "")
        fields["key"] = path.rpartition("=")[2]
    assert browser.get(path).status == 404
    assert browser.post("/account/reset", fields).status == 404
    assert Browser(world).sign_in("ann", NEW).status == 403


def test_a_weak_password_leaves_the_link_good(world: World) -> None:
    path, browser = link(world), Browser(world)
    assert choose(browser, path, "short") == 400
    assert "at least 8 characters" in browser.html
    assert browser.post("/account/reset", {**browser.fields, "new": NEW}).status == 200


def test_a_link_needs_a_form_of_ours(world: World) -> None:
    path, browser = link(world), Browser(world)
    browser.get(path)
    fields = {**browser.fields, "new": NEW}
    assert browser.post("/account/reset", {**fields, "csrf_token": "0" * 32}).status == 403
    assert browser.post("/account/reset", fields, origin="https://evil.test").status == 403
    assert Browser(world).post("/account/reset", fields).status == 403
    assert browser.post("/account/reset", fields).status == 200


def test_a_link_is_in_no_row_and_no_log(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    path = link(world)
    key = path.rpartition("=")[2]
    assert len(key) == 32
    browser = Browser(world)
    browser.get(path)
    assert browser.last.headers["referrer-policy"] == "same-origin"
    rows = world.read(lambda tx: tx.all("SELECT * FROM reset_links"))
    assert len(rows) == 1
    assert key not in str(rows) + caplog.text
    choose(browser, path)
    assert key not in str(world.read(lambda tx: tx.all("SELECT * FROM audit_log"))) + caplog.text


def test_who_gets_no_link(world: World) -> None:
    guest = world.call("botyard.user.add", KIND="guest", NAME="Gil").result["ID"]
    assert world.call("botyard.user.password.link", ID=guest).error == "USER_NOT_FOUND"
    assert world.call("botyard.user.password.link", ID=world.add_bot()).error == "USER_NOT_FOUND"
    assert world.call("botyard.user.password.link", ID=99_999).error == "USER_NOT_FOUND"
    world.call("botyard.user.deactivate", ID=person(world))
    assert world.call("botyard.user.password.link", ID=person(world)).error == "USER_NOT_FOUND"
    stranger = world.add_person("Ben")
    assert world.call("botyard.user.password.link", stranger, ID=person(world)).error == "ACCESS_DENIED"


def test_without_a_mail_server_nothing_is_sent_and_that_is_said(world: World) -> None:
    answer = world.call("botyard.user.password.link", ID=person(world), MAIL=True)
    assert (answer.error, "--smtp-url" in answer.text) == ("MAIL_OFF", True)
    assert world.read(lambda tx: tx.all("SELECT * FROM reset_links")) == []


def test_a_second_factor_stays_when_the_password_is_reset(world: World) -> None:
    sql = "INSERT INTO second_factors (user_id, secret, confirmed) SELECT id, 'x', 1 FROM users WHERE login = 'ann'"
    world.write(lambda tx: tx.run(sql))
    assert Browser(world).sign_in("ann", PASSWORD).headers["location"] == "/login/code"
    choose(Browser(world), link(world))
    assert Browser(world).sign_in("ann", NEW).headers["location"] == "/login/code"
