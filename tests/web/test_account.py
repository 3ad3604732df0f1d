"""`/account`: the password, sessions, and showing once more who one is."""

from __future__ import annotations

import asyncio

import pytest

from botyard.portal.auth import passwords
from botyard.portal.auth.sessions import RECENT_SECONDS, SEEN_SECONDS
from botyard.portal.auth.throttle import PER_ACCOUNT
from botyard.store import users
from botyard.store.engines.db import Tx
from botyard.web.account import browser_name
from tests.conftest import MakeWorld
from tests.web.browser import PASSWORD, Browser, resident
from tests.world import World

COOKIE = "__Host-botyard_sign_in"
NEW = "staple battery horse"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:142.0) Gecko/20100101 Firefox/142.0"


def change(browser: Browser, present: str = PASSWORD, new: str = NEW) -> int:
    browser.get("/account/password")
    return browser.post("/account/password", {**browser.fields, "present": present, "new": new}).status


def user_id(world: World, login: str = "ann") -> int:
    user = world.read(lambda tx: users.find_by_login(tx, login))
    assert user is not None
    return user.id


# The overview.


def test_the_account_links_to_everything_about_it(ann: Browser) -> None:
    ann.get("/account")
    for part in ("You are Ann", "/account/password", "/account/second-factor", "/account/sessions"):
        assert part in ann.html
    ann.get("/login")
    assert 'href="/account"' in ann.html


@pytest.mark.parametrize(
    "path",
    [
        "/account",
        "/account/password",
        "/account/sessions",
        "/account/second-factor",
        "/account/applications",
        "/account/confirm",
        "/login",
    ],
)
def test_every_page_of_the_account_signs_out(ann: Browser, path: str) -> None:
    assert ann.get(path).status == 200
    assert 'action="/logout"' in ann.html
    assert ann.post("/logout", ann.fields).status == 303
    assert ann.get("/account").status == 303


@pytest.mark.parametrize("path", ["/account", "/account/password", "/account/sessions", "/account/second-factor"])
def test_nobody_sees_an_account_before_signing_in(world: World, path: str) -> None:
    resident(world, "ann")
    browser = Browser(world)
    answer = browser.get(path)
    assert (answer.status, answer.headers["location"]) == (303, f"/login?next={path.replace('/', '%2F')}")
    assert browser.post(path, {"end": "others"}).status in (303, 405)
    browser.get(answer.headers["location"])
    assert browser.post("/login", {**browser.fields, "login": "ann", "password": PASSWORD}).headers["location"] == path


def test_what_is_below_an_account_and_unknown_is_not_there(ann: Browser) -> None:
    assert ann.get("/account/keys/more").status == 404


# The password.


def test_a_password_is_changed_by_the_present_one(ann: Browser) -> None:
    other = Browser(ann.world)
    other.sign_in("ann")
    before = ann.cookies[COOKIE]
    assert change(ann) == 303
    # One's own session goes on under a new secret; the old one opens nothing, and all others have ended.
    assert ann.cookies[COOKIE] != before
    assert ann.get("/account").status == 200
    assert other.get("/account").status == 303
    ann.cookies[COOKIE] = before
    assert ann.get("/account").status == 303
    assert Browser(ann.world).sign_in("ann").status == 403
    assert Browser(ann.world).sign_in("ann", NEW).status == 303


@pytest.mark.parametrize(
    ("present", "new", "status", "message"),
    [
        ("wrong", NEW, 403, "The present password is wrong."),
        (PASSWORD, "short", 400, "at least 8 characters"),
        (PASSWORD, "ann-19851985", 400, "name of its owner"),
        (PASSWORD, PASSWORD, 400, "is the present one"),
    ],
)
def test_which_passwords_are_not_taken(ann: Browser, present: str, new: str, status: int, message: str) -> None:
    assert change(ann, present, new) == status
    assert message in ann.html
    assert new not in ann.html
    assert Browser(ann.world).sign_in("ann").status == 303


def test_the_present_password_cannot_be_guessed_on_the_page(ann: Browser) -> None:
    statuses = [change(ann, f"guess {number}") for number in range(PER_ACCOUNT.burst + 1)]
    assert statuses == [403] * PER_ACCOUNT.burst + [429]
    assert change(ann) == 429


def test_a_form_of_another_site_changes_no_password(ann: Browser) -> None:
    ann.get("/account/password")
    fields = {**ann.fields, "present": PASSWORD, "new": NEW}
    assert ann.post("/account/password", {**fields, "csrf_token": "0" * 32}).status == 403
    assert ann.post("/account/password", fields, origin="https://evil.test").status == 403
    assert ann.post("/account/password", fields, sec_fetch_site="cross-site").status == 403
    assert Browser(ann.world).sign_in("ann").status == 303


def test_a_form_of_somebody_elses_session_changes_no_password(ann: Browser) -> None:
    resident(ann.world, "ben")
    ben = Browser(ann.world)
    ben.sign_in("ben")
    ben.get("/account/password")
    fields = {**ben.fields, "present": PASSWORD, "new": NEW}
    ann.get("/account/password")
    assert ann.post("/account/password", fields).status == 403


# Passwords that somebody else chose.


def test_an_initial_password_opens_nothing_but_the_page_that_changes_it(portal: World) -> None:
    made = portal.call("botyard.user.add", LOGIN="ben", NAME="Ben").result
    ben = Browser(portal)
    target = "/login?next=%2Foauth%2Fauthorize%2F%3Fclient_id%3Dlocal.1.2"
    answer = ben.sign_in("ben", made["PASSWORD"], path=target)
    page = answer.headers["location"]
    assert page == "/account/password?next=%2Foauth%2Fauthorize%2F%3Fclient_id%3Dlocal.1.2"
    for path in ("/account", "/account/sessions", "/account/second-factor", "/login", "/login/code"):
        assert ben.get(path).headers["location"].startswith("/account/password")
    ben.get("/oauth/authorize/?client_id=local.1.2")
    assert "Allow" not in ben.html
    ben.get(page)
    assert "Somebody else chose" in ben.html
    answer = ben.post("/account/password", {**ben.fields, "present": made["PASSWORD"], "new": NEW})
    assert answer.headers["location"] == "/oauth/authorize/?client_id=local.1.2"
    assert ben.get("/account").status == 200
    assert Browser(portal).sign_in("ben", NEW).headers["location"] == "/login"


def test_a_password_that_an_administrator_sets_has_to_be_changed(ann: Browser) -> None:
    made = ann.world.call("botyard.user.password", ID=user_id(ann.world)).result["PASSWORD"]
    assert ann.get("/account").status == 303
    assert ann.sign_in("ann", made).headers["location"] == "/account/password"


# Sessions.


def test_sessions_are_listed_with_time_address_and_browser(portal: World) -> None:
    resident(portal, "ann")
    phone, desk = Browser(portal), Browser(portal)
    phone.sign_in("ann", **{"user-agent": "Mozilla/5.0 (iPhone) Version/19.0 Mobile Safari/604.1"})
    portal.wait(60)
    desk.sign_in("ann", **{"user-agent": FIREFOX})
    desk.get("/account/sessions")
    assert "Firefox on Linux" in desk.html
    assert "Safari on an iPhone" in desk.html
    assert desk.html.count("(this browser)") == 1
    assert desk.html.index("Firefox") < desk.html.index("iPhone")


def test_sessions_are_ended_one_by_one_or_all_others(ann: Browser) -> None:
    world = ann.world
    others = [Browser(world) for _ in range(3)]
    for other in others:
        other.sign_in("ann")
    first = world.read(lambda tx: tx.all("SELECT id FROM sessions ORDER BY id"))[1][0]
    ann.get("/account/sessions")
    assert ann.post("/account/sessions", {**ann.fields, "end": str(first)}).status == 303
    assert [other.get("/account").status for other in others] == [303, 200, 200]
    ann.get("/account/sessions")
    ann.post("/account/sessions", {**ann.fields, "end": "others"})
    assert [other.get("/account").status for other in others] == [303, 303, 303]
    assert ann.get("/account").status == 200


def test_nobody_ends_the_sessions_of_others(ann: Browser) -> None:
    resident(ann.world, "ben")
    ben = Browser(ann.world)
    ben.sign_in("ben")
    number = ann.world.read(lambda tx: tx.all("SELECT id FROM sessions ORDER BY id"))[-1][0]
    for wanted in (str(number), "others", "-1", "9" * 30, "²", ""):
        ann.get("/account/sessions")
        ann.post("/account/sessions", {**ann.fields, "end": wanted})
        assert ben.get("/account").status == 200
    ann.get("/account/sessions")
    assert ann.post("/account/sessions", {"end": "others"}).status == 403


def test_a_session_ends_when_it_is_not_used_and_in_any_case_after_a_while(make_world: MakeWorld) -> None:
    world = make_world(session_idle_minutes=30, session_hours=2)
    resident(world, "ann")
    idle, busy = Browser(world), Browser(world)
    idle.sign_in("ann")
    busy.sign_in("ann")
    for _ in range(5):
        world.wait(20 * 60)
        assert busy.get("/account").status == 200
    assert idle.get("/account").status == 303
    world.wait(20 * 60)
    assert busy.get("/account").status == 303


def test_the_use_of_a_session_is_noted_once_a_minute(ann: Browser) -> None:
    def seen() -> int:
        return int(ann.world.read(lambda tx: tx.all("SELECT last_seen FROM sessions"))[0][0])

    begun = seen()
    ann.world.wait(SEEN_SECONDS - 2)
    ann.get("/account", **{"user-agent": FIREFOX})
    assert seen() == begun
    ann.world.wait(3)
    ann.get("/account", **{"user-agent": FIREFOX})
    assert seen() > begun
    ann.get("/account/sessions")
    assert "Firefox on Linux" in ann.html


def test_what_a_browser_says_of_itself_is_kept_short_and_printable(portal: World) -> None:
    resident(portal, "ann")
    browser = Browser(portal)
    browser.sign_in("ann", **{"user-agent": "x\x00y\x7f\xad" + "z" * 1000})
    [kept] = portal.read(lambda tx: tx.all("SELECT browser FROM sessions"))
    assert kept[0].startswith("xyz")
    assert len(kept[0]) <= 300


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (FIREFOX, "Firefox on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        ("Mozilla/5.0 (Linux; Android 16) Chrome/140.0 Mobile Safari/537.36", "Chrome on Android"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/19.0 Safari/605.1.15", "Safari on a Mac"),
        ("curl/8", "curl/8"),
        ("", "unknown"),
    ],
)
def test_browsers_are_named_as_people_call_them(text: str, name: str) -> None:
    assert browser_name(text) == name


# Showing once more who one is.


@pytest.mark.parametrize("path", ["/account/sessions", "/account/second-factor"])
def test_after_some_minutes_the_password_is_asked_for_again(ann: Browser, path: str) -> None:
    assert ann.get(path).status == 200
    ann.world.wait(RECENT_SECONDS + 1)
    answer = ann.get(path)
    assert answer.headers["location"] == f"/account/confirm?next={path.replace('/', '%2F')}"
    # Nor does a form that was loaded in time do anything.
    assert ann.post(path, {"end": "others", "do": "begin"}).headers["location"].startswith("/account/confirm")
    before = ann.cookies[COOKIE]
    ann.get(answer.headers["location"])
    assert ann.post("/account/confirm", {**ann.fields, "password": "wrong"}).status == 403
    answer = ann.post("/account/confirm", {**ann.fields, "password": PASSWORD})
    assert answer.headers["location"] == path
    assert ann.cookies[COOKIE] != before
    assert ann.get(path).status == 200


def test_somebody_elses_password_confirms_nothing(ann: Browser) -> None:
    world = ann.world
    resident(world, "ben")
    world.wait(RECENT_SECONDS + 1)
    ann.get("/account/confirm")
    assert ann.post("/account/confirm", {**ann.fields, "login": "ben", "password": NEW}).status == 403
    for number in range(PER_ACCOUNT.burst - 1):
        ann.post("/account/confirm", {**ann.fields, "password": f"guess {number}"})
    assert ann.post("/account/confirm", {**ann.fields, "password": PASSWORD}).status == 429


@pytest.mark.parametrize(("scopes", "asked"), [("im,user", False), ("im,botyard", True), ("botyard.self", True)])
def test_the_password_is_asked_for_before_a_key_to_accounts_is_given(portal: World, scopes: str, asked: bool) -> None:
    resident(portal, "root", admin=True)
    key = portal.add_app(scopes=scopes)
    browser = Browser(portal)
    browser.sign_in("root")
    page = f"/oauth/authorize/?client_id={key.client_id}"
    browser.get(page)
    assert "Allow" in browser.html
    fields = {**browser.fields, "answer": "allow"}
    portal.wait(RECENT_SECONDS + 1)
    answer = browser.post("/oauth/authorize/", fields)
    if not asked:
        assert answer.status == 200
        return
    assert answer.headers["location"].startswith("/account/confirm?next=%2Foauth")
    assert portal.read(lambda tx: tx.all("SELECT * FROM codes")) == []
    browser.get(answer.headers["location"])
    answer = browser.post("/account/confirm", {**browser.fields, "password": PASSWORD})
    assert answer.headers["location"] == page
    browser.get(page)
    assert browser.post("/oauth/authorize/", {**browser.fields, "answer": "allow"}).status == 200


def test_confirming_leads_nowhere_else(ann: Browser) -> None:
    ann.get("/account/confirm?next=https%3A%2F%2Fevil.test")
    fields = {**ann.fields, "password": PASSWORD, "next": "//evil.test"}
    assert ann.post("/account/confirm", fields).headers["location"] == "/account"


# People who are deactivated, or whose password changes, in the middle of it.


@pytest.mark.parametrize("what", ["deactivated", "another password"])
def test_what_changes_while_a_password_is_compared_counts(
    ann: Browser, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    world, verify = ann.world, passwords.verify
    somebody, loop = user_id(world), world.loop.loop

    async def happen(tx: Tx) -> None:
        if what == "deactivated":
            await users.set_active(tx, somebody, False)
        else:
            await users.set_password(tx, somebody, passwords.hashed_quickly("another one"))

    def slow(stored: str, password: str) -> bool:
        asyncio.run_coroutine_threadsafe(world.context.database.write(happen), loop).result(10)
        return verify(stored, password)

    late = Browser(world)
    late.get("/login")
    monkeypatch.setattr(passwords, "verify", slow)
    assert late.post("/login", {**late.fields, "login": "ann", "password": PASSWORD}).status == 403
    assert COOKIE not in late.cookies


def test_an_account_is_closed_at_once_to_somebody_who_is_deactivated(ann: Browser) -> None:
    ann.get("/account/password")
    fields = ann.fields
    ann.world.call("botyard.user.deactivate", ID=user_id(ann.world))
    assert ann.post("/account/password", {**fields, "present": PASSWORD, "new": NEW}).status == 303
    assert ann.get("/account").headers["location"].startswith("/login")
    ann.world.call("botyard.user.activate", ID=user_id(ann.world))
    assert Browser(ann.world).sign_in("ann").status == 303
