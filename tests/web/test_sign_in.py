"""`/login` and `/logout`: what opens them, what they set, and how often one may guess."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from botyard.model.people import UserKind
from botyard.portal import portal_flags
from botyard.portal.auth import passwords
from botyard.portal.auth.throttle import PER_ACCOUNT, PER_ADDRESS, Throttle, network
from botyard.store import users
from botyard.web import client
from tests.conftest import MakeWorld
from tests.web.browser import PASSWORD, Browser, resident
from tests.world import World

COOKIE = "__Host-botyard_sign_in"


@pytest.fixture
def ann(portal: World) -> Browser:
    """A browser; Ann has a password, and has not used it yet."""
    resident(portal, "ann")
    return Browser(portal)


def test_a_person_signs_in_and_out(ann: Browser) -> None:
    answer = ann.sign_in("ann")
    assert (answer.status, answer.headers["location"]) == (303, "/login")
    ann.get("/login")
    assert "You are Ann." in ann.html
    secret = ann.cookies[COOKIE]
    answer = ann.post("/logout", ann.fields)
    assert answer.status == 303
    assert COOKIE not in ann.cookies
    # The sign-in itself has ended, not just the cookie.
    ann.cookies[COOKIE] = secret
    ann.get("/login")
    assert "Password" in ann.html


def test_the_moment_of_signing_in_is_noted(ann: Browser) -> None:
    ann.sign_in("ann")
    user = ann.world.read(lambda tx: users.find_by_login(tx, "ann"))
    assert user is not None
    assert user.last_login == int(ann.world.time)


def test_cookies_are_for_this_host_over_https_and_for_no_script(ann: Browser) -> None:
    ann.get("/login")
    assert ann.last.headers["set-cookie"].startswith("__Host-botyard_form=")
    ann.sign_in("ann")
    _, *flags = ann.last.headers["set-cookie"].split("; ")
    assert set(flags) == {"Path=/", "HttpOnly", "SameSite=Lax", "Secure"}


def test_over_plain_http_cookies_say_so_by_their_name(portal: World) -> None:
    resident(portal, "ann")
    plain = Browser(portal, "http")
    plain.sign_in("ann")
    assert "botyard_sign_in" in plain.cookies
    assert "Secure" not in plain.last.headers["set-cookie"]


def test_prod_signs_nobody_in_over_plain_http(make_world: MakeWorld) -> None:
    world = make_world(profile="prod")
    assert Browser(world, "http").get("/login").status == 400
    assert Browser(world).get("/login").status == 200


def test_a_portal_that_wants_https_shows_no_form_without_it(world: World) -> None:
    world.write(lambda tx: portal_flags.set_flag(tx, "https", True))
    assert Browser(world, "http").get("/login").status == 400
    assert Browser(world).get("/login").status == 200


def test_pages_may_not_be_framed_scripted_or_kept(ann: Browser) -> None:
    for path in ("/login", "/logout", "/login/more"):
        headers = ann.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "base-uri 'none'" in policy
        assert "unsafe" not in policy
        assert headers["x-frame-options"] == "DENY"
        assert headers["cache-control"] == "no-store"
        assert "access-control-allow-origin" not in headers
        assert "<script" not in ann.html


def test_a_sign_in_opens_no_method(ann: Browser) -> None:
    ann.sign_in("ann")
    assert ann.get("/rest/profile").error == "NO_AUTH_FOUND"
    assert ann.get(f"/rest/profile?auth={ann.cookies[COOKIE]}").error == "invalid_token"


def test_a_sign_in_ends_after_a_while(ann: Browser) -> None:
    ann.sign_in("ann")
    ann.world.wait(ann.world.settings.session_idle_minutes * 60 + 1)
    ann.get("/login")
    assert "Password" in ann.html


def test_somebody_sent_away_is_signed_out_at_once(ann: Browser) -> None:
    ann.sign_in("ann")
    world = ann.world
    user = world.read(lambda tx: users.find_by_login(tx, "ann"))
    assert user is not None
    world.write(lambda tx: users.set_active(tx, user.id, False))
    ann.get("/login")
    assert "Password" in ann.html
    assert ann.sign_in("ann").status == 403


@pytest.mark.parametrize(("login", "password"), [("ann", "wrong"), ("nobody", PASSWORD), ("", ""), ("guest", PASSWORD)])
def test_a_wrong_login_and_a_wrong_password_are_told_alike(ann: Browser, login: str, password: str) -> None:
    resident(ann.world, "guest", kind=UserKind.GUEST)
    answer = ann.sign_in(login, password)
    assert answer.status == 403
    assert "The login or the password is wrong." in ann.html
    assert COOKIE not in ann.cookies


def test_an_unknown_login_takes_the_same_work(ann: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    """One slow comparison each, with the same parameters; the clock of a busy machine proves less."""
    seen: list[str] = []
    verify = passwords.verify

    def watched(stored: str, password: str) -> bool:
        seen.append(stored.rpartition("$")[0].rpartition("$")[0])
        return verify(stored, password)

    monkeypatch.setattr(passwords, "verify", watched)
    world = ann.world
    nobody = world.add_person("No", "Login").id
    world.write(lambda tx: users.set_password(tx, nobody, passwords.hashed("something")))
    stored = passwords.hashed("else than guessed")
    user = world.read(lambda tx: users.find_by_login(tx, "ann"))
    assert user is not None
    world.write(lambda tx: users.set_password(tx, user.id, stored))
    ann.sign_in("ann", "wrong")
    ann.sign_in("unknown", "wrong")
    assert len(seen) == 2
    assert seen[0] == seen[1]


# Forms of other sites.


def test_a_form_without_its_proof_is_refused(ann: Browser) -> None:
    ann.get("/login")
    for token in ({}, {"csrf_token": ""}, {"csrf_token": "0" * 32}, {"csrf_token": "é"}):
        assert ann.post("/login", {**token, "login": "ann", "password": PASSWORD}).status == 403
    assert COOKIE not in ann.cookies


def test_a_form_of_another_browser_is_refused(ann: Browser) -> None:
    other = Browser(ann.world)
    other.get("/login")
    ann.get("/login")
    assert ann.post("/login", {**other.fields, "login": "ann", "password": PASSWORD}).status == 403


def test_a_form_from_before_signing_in_is_refused_after_it(ann: Browser) -> None:
    ann.get("/login")
    before = ann.fields
    ann.sign_in("ann")
    assert ann.post("/logout", before).status == 403


@pytest.mark.parametrize(
    "header",
    [
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"origin": "https://evil.test"},
        {"origin": "null"},
    ],
    ids=str,
)
def test_a_form_sent_by_another_site_is_refused(ann: Browser, header: dict[str, str]) -> None:
    assert ann.sign_in("ann", **header).status == 403
    assert COOKIE not in ann.cookies


def test_a_form_sent_by_its_own_page_is_taken(ann: Browser) -> None:
    assert ann.sign_in("ann", origin="https://botyard.test", sec_fetch_site="same-origin").status == 303


def test_only_a_form_is_read(ann: Browser) -> None:
    ann.get("/login")
    body = b'{"login": "ann"}'
    answer = ann.world.request("POST", "/login", body, {"content-type": "application/json"}, "https")
    assert answer.status == 415


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.test/",
        "//evil.test",
        "/\\evil.test",
        "/oauth/authorize/..//evil.test",
        "/oauth/authorize/?a=\\b",
        "/oauth/authorize/?a=\r\nX: y",
        "/rest/profile",
        "javascript:alert(1)",
        "/online",
        "/online/..//evil.test",
        "/online/#a",
        "/onlinex/",
    ],
)
def test_signing_in_leads_nowhere_else(ann: Browser, target: str) -> None:
    ann.get("/login")
    answer = ann.post("/login", {**ann.fields, "next": target, "login": "ann", "password": PASSWORD})
    assert answer.headers["location"] == "/login"


def test_signing_in_leads_back_to_the_consent_page(ann: Browser) -> None:
    answer = ann.sign_in("ann", path="/login?next=%2Foauth%2Fauthorize%2F%3Fclient_id%3Dlocal.1.2")
    assert answer.headers["location"] == "/oauth/authorize/?client_id=local.1.2"


def test_signing_out_of_the_web_client_leads_back_to_it(ann: Browser) -> None:
    ann.sign_in("ann")
    ann.get("/logout?next=/online/")
    answer = ann.post("/logout", ann.fields)
    assert answer.headers["location"] == "/login?next=%2Fonline%2F"
    again = ann.sign_in("ann", path=answer.headers["location"])
    assert again.headers["location"] == "/online/"
    # Where the session has ended by itself, the form is shown at once.
    ann.cookies.clear()
    assert ann.sign_in("ann", path="/logout?next=/online/chat/chat42").headers["location"] == "/online/chat/chat42"


# Guessing.


def test_guesses_at_an_account_are_throttled(ann: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "verify", lambda stored, password: password == PASSWORD)
    statuses = [ann.sign_in("ann", f"guess {number}").status for number in range(PER_ACCOUNT.burst + 1)]
    assert statuses == [403] * PER_ACCOUNT.burst + [429]
    # The right password has to wait as well, or guessing would go on unseen.
    assert ann.sign_in("ann").status == 429
    assert 0 < int(ann.last.headers["retry-after"]) <= PER_ACCOUNT.seconds
    ann.world.wait(PER_ACCOUNT.seconds)
    assert ann.sign_in("ann").status == 303


def test_unknown_accounts_are_throttled_alike(ann: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "verify", lambda stored, password: False)
    statuses = [ann.sign_in("nobody", "x").status for _ in range(PER_ACCOUNT.burst + 1)]
    assert statuses == [403] * PER_ACCOUNT.burst + [429]


def test_guesses_from_an_address_are_throttled(ann: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "verify", lambda stored, password: False)
    statuses = [ann.sign_in(f"login{number}", "x").status for number in range(PER_ADDRESS.burst + 1)]
    assert statuses == [403] * PER_ADDRESS.burst + [429]


def test_a_clock_set_back_keeps_nobody_out_for_as_long() -> None:
    throttle, noon = Throttle(), 1_790_000_000.0
    for _ in range(PER_ACCOUNT.burst):
        assert throttle.take("ann", "10.0.0.1", now=noon) == 0
    assert throttle.take("ann", "10.0.0.1", now=noon) > 0
    assert throttle.take("ann", "10.0.0.1", now=noon - 3600) == 0
    assert 0 < throttle.take("ann", "10.0.0.1", now=noon - 3600) <= PER_ACCOUNT.seconds


def test_people_who_know_their_password_are_never_throttled(ann: Browser) -> None:
    assert {ann.sign_in("ann").status for _ in range(PER_ADDRESS.burst * 2)} == {303}


def test_ten_thousand_guesses_come_to_nothing() -> None:
    """One guess a second for three hours, from a new address each time."""
    throttle = Throttle()
    let_in = sum(
        throttle.take("ann", f"10.0.{second // 250}.{second % 250}", now=float(second)) == 0 for second in range(10_000)
    )
    assert let_in <= PER_ACCOUNT.burst + 10_000 // PER_ACCOUNT.seconds + 1


def test_a_flood_of_names_fills_no_memory() -> None:
    throttle = Throttle()
    for number in range(60_000):
        throttle.take(f"login{number}", f"2001:db8:{number:x}::1", now=float(number))
    assert len(throttle.names) <= 20_002


@pytest.mark.parametrize(
    ("address", "same"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8::1", "2001:db8::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("nowhere", "nowhere"),
    ],
)
def test_what_counts_as_one_address(address: str, same: str) -> None:
    assert network(address) == same


def test_passwords_and_sessions_are_in_no_log_and_no_row(ann: Browser, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    ann.sign_in("ann", "a wrong secret word")
    ann.sign_in("ann")
    secret = ann.cookies[COOKIE]
    rows = str(ann.world.read(lambda tx: tx.all("SELECT * FROM sessions")))
    for word in (PASSWORD, "a wrong secret word", secret):
        assert word not in caplog.text
        assert word not in rows
        assert word not in ann.html


def test_sources_hold_no_inline_script() -> None:
    source = Path(__file__).resolve().parent.parent.parent / "botyard" / "web"
    # The web client, once it is built, has a script of its own file; tests/web/test_client.py looks at its policy.
    files = [file for file in source.rglob("*") if client.FOLDER not in file.parents]
    sources = [file for file in files if file.suffix in (".py", ".html", ".css")]
    assert {file.suffix for file in sources} == {".py", ".html", ".css"}
    assert not [file.name for file in sources if "<script" in file.read_text()]


def test_a_password_is_hashed_as_it_is_done_today(portal: World) -> None:
    user_id = resident(portal, "ann")
    old = PasswordHasher(time_cost=2, memory_cost=512, parallelism=1).hash(PASSWORD)

    def stored() -> str:
        row = portal.read(lambda tx: tx.one("SELECT password FROM users WHERE id = :id", id=user_id))
        assert row is not None
        return str(row[0])

    current = stored()
    browser = Browser(portal)
    browser.sign_in("ann")
    assert stored() == current
    portal.write(lambda tx: users.renew_password(tx, user_id, old))
    Browser(portal).sign_in("ann", "wrong")
    assert stored() == old
    assert Browser(portal).sign_in("ann").status == 303
    renewed = stored()
    assert renewed != old
    assert not passwords.outdated(renewed)
    assert passwords.verify(renewed, PASSWORD)
    # Sessions go on, for the password is the same.
    assert browser.get("/account").status == 200
    assert Browser(portal).sign_in("ann").status == 303
    assert stored() == renewed
